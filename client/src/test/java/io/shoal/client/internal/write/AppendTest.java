package io.shoal.client.internal.write;

import static io.shoal.client.internal.simulation.Patterns.bytes;
import static io.shoal.client.internal.simulation.Simulation.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.testing.NoLeaks;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are written on at their end. */
@ExtendWith(NoLeaks.class)
class AppendTest {
  private static final String PATH = "/log";
  private static final byte[] BYTES = bytes(8 * CHUNK_BYTES);

  private final Simulation cluster = new Simulation(1);

  @AfterEach
  void end() {
    cluster.close();
  }

  private FileStatus put(int length) {
    return cluster.await(
        cluster.operations().put(ByteBuffer.wrap(BYTES, 0, length), PATH, PutOptions.DEFAULT));
  }

  private AsyncFileWriter append() {
    return cluster.await(cluster.operations().append(PATH));
  }

  private static void write(AsyncFileWriter writer, int from, int length) {
    var unused = writer.write(ByteBuffer.wrap(BYTES, from, length));
  }

  private byte[] content() {
    return cluster.content(PATH);
  }

  private static byte[] first(int length) {
    return Arrays.copyOf(BYTES, length);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "1000, 70000", "100, 400000", "65536, 5", "65537, 65536"})
  void bytes_followThoseThatWereThere(int before, int more) {
    put(before);
    AsyncFileWriter writer = append();
    assertThat(writer.position()).isEqualTo(before);

    write(writer, before, more);
    FileStatus status = cluster.await(writer.close());

    assertThat(status.length()).isEqualTo(before + more);
    assertThat(writer.position()).isEqualTo(before + more);
    assertThat(content()).isEqualTo(first(before + more));
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void chunksOfWhatIsAppended_areFull() {
    put(100);
    AsyncFileWriter writer = append();
    write(writer, 100, 3 * CHUNK_BYTES);
    cluster.await(writer.close());

    List<Integer> lengths =
        cluster.metadata().extents(PATH).stream().map(Extent::getLength).toList();
    assertThat(lengths).containsExactly(100, CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES);
  }

  @Test
  void flush_showsWhatWasAppended_whileTheWriterGoesOn() {
    put(10);
    AsyncFileWriter writer = append();
    write(writer, 10, 20);
    assertThat(cluster.await(writer.flush())).isEqualTo(30);
    assertThat(content()).isEqualTo(first(30));

    write(writer, 30, 5);
    cluster.await(writer.close());
    assertThat(content()).isEqualTo(first(35));
  }

  @Test
  void nothingAppended_leavesTheFileAsItIs() {
    FileStatus before = put(10);
    AsyncFileWriter writer = append();
    assertThat(cluster.await(writer.flush())).isEqualTo(10);
    assertThat(cluster.await(writer.close())).isEqualTo(before);
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isEqualTo(1);
  }

  @Test
  void abort_leavesWhatWasThereAndFlushed() {
    put(10);
    AsyncFileWriter writer = append();
    write(writer, 10, 10);
    cluster.await(writer.flush());
    write(writer, 20, 10);
    cluster.await(writer.abort());

    assertThat(content()).isEqualTo(first(20));
    assertThat(cluster.metadata().count(RequestCase.ABANDON)).isZero();
  }

  @Test
  void twoAtOnce_theSecondToCommitFails_andAddsNothing() {
    put(10);
    AsyncFileWriter one = append();
    AsyncFileWriter other = append();
    write(one, 10, 10);
    write(other, 0, 10);

    cluster.await(one.close());

    ShoalException failure = cluster.awaitFailure(other.close());
    assertThat(failure.code()).isEqualTo(ErrorCode.STALE_GENERATION);
    assertThat(failure.subject()).isEqualTo(PATH);
    assertThat(content()).isEqualTo(first(20));
  }

  @Test
  void chunks_haveThePolicyOfTheFile() {
    FilePolicy policy = new FilePolicy(2, 1, 64 << 10, AckLevel.MEMORY);
    cluster.await(
        cluster
            .operations()
            .put(ByteBuffer.wrap(BYTES, 0, 10), PATH, PutOptions.DEFAULT.withPolicy(policy)));
    AsyncFileWriter writer = append();
    write(writer, 10, 100_000);
    assertThat(cluster.await(writer.close()).policy()).isEqualTo(policy);
    assertThat(cluster.nodes())
        .allSatisfy(node -> assertThat(node.levels()).isSubsetOf(AckLevel.MEMORY));

    List<Extent> extents = cluster.metadata().extents(PATH);
    assertThat(extents).extracting(Extent::getLength).containsExactly(10, 65_536, 34_464);
    assertThat(extents)
        .allSatisfy(
            extent -> assertThat(cluster.metadata().holders(extent.getChunkId())).hasSize(2));
  }

  @Test
  void whatIsNotThere_isNotMade() {
    assertThat(cluster.awaitFailure(cluster.operations().append(PATH)).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }
}
