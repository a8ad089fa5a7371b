package io.shoal.common.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.Property;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class Crc32cTest {
  /** The check value that catalogues of CRCs give for CRC-32C. */
  private static final int CHECK_OF_DIGITS = 0xE3069283;

  @Test
  void of_digits_isTheCatalogueValue() {
    assertThat(Crc32c.of("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(CHECK_OF_DIGITS);
  }

  @Test
  void of_32Zeros_isTheValueOfRfc3720() {
    assertThat(Crc32c.of(new byte[32])).isEqualTo(0x8A9136AA);
  }

  @Test
  void of_noBytes_isZero() {
    assertThat(Crc32c.of(new byte[0])).isZero();
  }

  @Test
  void of_byteBuffer_coversPositionToLimitAndMovesNothing() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(20);
    buffer.put(3, "123456789".getBytes(StandardCharsets.US_ASCII)).position(3).limit(12);

    assertThat(Crc32c.of(buffer)).isEqualTo(CHECK_OF_DIGITS);
    assertThat(buffer.position()).isEqualTo(3);
    assertThat(Crc32c.of(buffer.asReadOnlyBuffer())).isEqualTo(CHECK_OF_DIGITS);
  }

  @Test
  void of_byteBufOfAnyKind_isThatOfItsBytes() {
    byte[] bytes = bytes(new SplittableRandom(1), 5_000);
    int expected = Crc32c.of(bytes);
    ByteBuf heap = Unpooled.wrappedBuffer(bytes);
    ByteBuf direct = Unpooled.directBuffer().writeZero(7).writeBytes(bytes).skipBytes(7);
    ByteBuf composite =
        Unpooled.wrappedBuffer(
            Unpooled.directBuffer().writeBytes(bytes, 0, 1_234),
            Unpooled.wrappedBuffer(bytes, 1_234, 3_766));
    for (ByteBuf buffer : new ByteBuf[] {heap, heap.asReadOnly(), direct, composite}) {
      assertThat(Crc32c.of(buffer)).isEqualTo(expected);
      assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
    }
    assertThat(Crc32c.of(composite, 1_000, 500)).isEqualTo(Crc32c.of(bytes, 1_000, 500));
    direct.release();
    composite.release();
  }

  @Test
  void combine_anyTwoRuns_isTheChecksumOfBothTogether() {
    Property.check(
        300,
        random -> {
          byte[] whole = bytes(random, random.nextInt(40_000));
          int cut = random.nextInt(whole.length + 1);
          int first = Crc32c.of(whole, 0, cut);
          int second = Crc32c.of(whole, cut, whole.length - cut);
          assertThat(Crc32c.combine(first, second, whole.length - cut)).isEqualTo(Crc32c.of(whole));
        });
  }

  @Test
  void combine_lengthsOfMebibytes_isTheChecksumOfBothTogether() {
    byte[] whole = bytes(new SplittableRandom(2), (16 << 20) + 3);
    for (int length : new int[] {1 << 16, (1 << 16) + 1, 1 << 20, 1 << 24, (1 << 24) + 2}) {
      int first = Crc32c.of(whole, 0, whole.length - length);
      int second = Crc32c.of(whole, whole.length - length, length);
      assertThat(Crc32c.combine(first, second, length)).isEqualTo(Crc32c.of(whole));
    }
  }

  @Test
  void combine_lengthsBeyondAnInt_agreesWithManySmallSteps() {
    Property.check(
        100,
        random -> {
          int first = random.nextInt();
          long left = random.nextLong(1L << 60);
          long right = random.nextLong(1L << 60);
          int inTwo = Crc32c.combine(Crc32c.combine(first, 0, left), 0, right);
          assertThat(Crc32c.combine(first, 0, left + right)).isEqualTo(inTwo);
        });
  }

  @Test
  void combine_emptyRuns_changeNothing() {
    assertThat(Crc32c.combine(0x1234, Crc32c.of(new byte[0]), 0)).isEqualTo(0x1234);
    assertThat(Crc32c.combine(0, 0x1234, 77)).isEqualTo(0x1234);
  }

  @Test
  void combine_negativeLength_isRefused() {
    assertThatThrownBy(() -> Crc32c.combine(1, 2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("secondLength: -1 (expected: >= 0)");
  }

  @Test
  void running_mixOfBytesAndKnownRuns_followsTheStream() {
    Property.check(
        100,
        random -> {
          byte[] stream = bytes(random, 1 + random.nextInt(10_000));
          RunningCrc32c running = new RunningCrc32c();
          int at = 0;
          while (at < stream.length) {
            int length = 1 + random.nextInt(stream.length - at);
            byte[] run = Arrays.copyOfRange(stream, at, at + length);
            switch (random.nextInt(3)) {
              case 0 -> running.update(ByteBuffer.wrap(run));
              case 1 -> running.update(Unpooled.wrappedBuffer(run));
              default -> running.append(Crc32c.of(run), length);
            }
            at += length;
            assertThat(running.value()).isEqualTo(Crc32c.of(stream, 0, at));
            assertThat(running.length()).isEqualTo(at);
          }
        });
  }

  @Test
  void running_behindAKnownPrefix_goesOn() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    RunningCrc32c running = new RunningCrc32c(Crc32c.of(digits, 0, 4), 4);
    running.update(ByteBuffer.wrap(digits, 4, 5));
    assertThat(running.value()).isEqualTo(CHECK_OF_DIGITS);
    assertThat(running.length()).isEqualTo(9);
  }

  private static byte[] bytes(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
