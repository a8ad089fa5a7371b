package io.shoal.metadata.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.testing.Property;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Rows and keys as bytes. */
class RowTest {
  @Test
  void fields_comeBackAsTheyWere() {
    Property.check(
        300,
        random -> {
          long number = random.nextLong() >>> random.nextInt(64);
          long fixed = random.nextLong();
          String text = "text \u00e9 \ud83d\ude00".repeat(random.nextInt(40));
          byte[] bytes = new byte[random.nextInt(300)];
          random.nextBytes(bytes);
          byte[] row =
              new RowWriter(3)
                  .putNumber(number)
                  .putFixed(fixed)
                  .putFlag(true)
                  .putText(text)
                  .putBytes(Bytes.copyOf(bytes))
                  .toByteArray();

          RowReader fields = new RowReader("test", row, 3);
          assertThat(fields.number()).isEqualTo(number);
          assertThat(fields.fixed()).isEqualTo(fixed);
          assertThat(fields.flag()).isTrue();
          assertThat(fields.text()).isEqualTo(text);
          assertThat(fields.bytes()).isEqualTo(Bytes.copyOf(bytes));
          fields.end();
        });
  }

  @Test
  void layoutThatHasChanged_tellsWhichOneARowHas() {
    byte[] older = new RowWriter(2).putText("abc").toByteArray();
    byte[] newer = new RowWriter(3).putText("abc").toByteArray();

    assertThat(new RowReader("test", older, 2, 3).version()).isEqualTo(2);
    RowReader fields = new RowReader("test", newer, 2, 3);
    assertThat(fields.version()).isEqualTo(3);
    assertThat(fields.text()).isEqualTo("abc");
    fields.end();
  }

  @Test
  void damagedRow_isNoticed() {
    byte[] row = new RowWriter(1).putText("abc").putNumber(300).toByteArray();

    damaged(() -> new RowReader("test", row, 2));
    damaged(() -> new RowReader("test", new byte[0], 1));
    damaged(() -> new RowReader("test", new byte[0], 1, 2));
    damaged(() -> new RowReader("test", row, 2, 3));
    damaged(() -> new RowReader("test", new RowWriter(4).toByteArray(), 2, 3));
    damaged(() -> new RowReader("test", row, 1).end());
    damaged(
        () -> {
          RowReader cut = new RowReader("test", Arrays.copyOf(row, row.length - 1), 1);
          assertThat(cut.text()).isEqualTo("abc");
          cut.number();
        });
    damaged(() -> new RowReader("test", new byte[] {1, 5, 'a'}, 1).text());
    damaged(() -> new RowReader("test", new byte[] {1, 2}, 1).flag());
    byte[] endless = new byte[12];
    Arrays.fill(endless, (byte) 0xff);
    endless[0] = 1;
    damaged(() -> new RowReader("test", endless, 1).number());
  }

  @Test
  void keys_sortAsTheirFieldsDo() {
    Property.check(
        300,
        random -> {
          long[] a = {random.nextLong(), random.nextLong()};
          long[] b = {random.nextBoolean() ? a[0] : random.nextLong(), random.nextLong()};
          int expected = Long.compareUnsigned(a[0], b[0]);
          expected = expected != 0 ? expected : Long.compareUnsigned(a[1], b[1]);

          int actual = Arrays.compareUnsigned(Key.of(a[0], a[1]), Key.of(b[0], b[1]));

          assertThat(Integer.signum(actual)).isEqualTo(Integer.signum(expected));
          assertThat(Key.longAt(Key.of(a[0], a[1]), 8)).isEqualTo(a[1]);
        });
  }

  @Test
  void behind_isTheFirstKeyWithoutThePrefix() {
    assertThat(Key.behind(new byte[] {1, 2})).containsExactly(1, 3);
    assertThat(Key.behind(new byte[] {1, -1, -1})).containsExactly(2);
    assertThatThrownBy(() -> Key.behind(new byte[] {-1}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Key.after(new byte[] {1})).containsExactly(1, 0);
    assertThat(Key.textAt(Key.of(5, "name"), 8)).isEqualTo("name");
  }

  private static void damaged(Runnable read) {
    assertThatThrownBy(read::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test row");
  }
}
