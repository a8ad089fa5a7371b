package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void printable_controlCharacters_areEscaped() {
    assertThat(Names.printable("a\nb\tc\u001b[31m\\")).isEqualTo("a\\nb\\tc\\x1b[31m\\\\");
  }

  @Test
  void printable_ordinaryName_isTheSameObject() {
    String name = "Übersicht 🐟 2026.pdf";
    assertThat(Names.printable(name)).isSameAs(name);
  }

  @Test
  void owner_ofNobody_isADashAndNoColon() {
    assertThat(Names.owner("")).isEqualTo("-");
    assertThat(Names.owner("ann")).isEqualTo("ann");
    assertThat(Names.owner("ann", "staff")).isEqualTo("ann:staff");
    assertThat(Names.owner("ann", "")).isEqualTo("ann");
    assertThat(Names.owner("", "")).isEqualTo("-");
    assertThat(Names.owner("", "staff")).isEqualTo("-:staff");
    assertThat(Names.owner("a\nb", "c\td")).isEqualTo("a\\nb:c\\td");
  }

  @Test
  void bytes_isRoundedToOneDecimalOfTheFittingUnit() {
    assertThat(Names.bytes(0)).isEqualTo("0 B");
    assertThat(Names.bytes(1023)).isEqualTo("1023 B");
    assertThat(Names.bytes(1024)).isEqualTo("1.0 KiB");
    assertThat(Names.bytes(3L << 29)).isEqualTo("1.5 GiB");
    assertThat(Names.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }

  @Test
  void mode_showsPermissionsAndSpecialBits() {
    assertThat(Names.mode(false, 0644)).isEqualTo("-rw-r--r--");
    assertThat(Names.mode(true, 01777)).isEqualTo("drwxrwxrwt");
    assertThat(Names.mode(false, 04755)).isEqualTo("-rwsr-xr-x");
    assertThat(Names.mode(false, 02640)).isEqualTo("-rw-r-S---");
  }
}
