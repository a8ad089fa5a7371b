package io.shoal.metadata.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.row.Bytes;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What attributes may be, and how they are set. */
class AttributeRulesTest {
  private static final FileStatus STATUS =
      new FileStatus(
          new InodeId(7),
          FileType.FILE,
          10,
          3,
          new FileStatus.Ownership(0644, "ann", "staff"),
          new FileStatus.Times(1, 2),
          new FilePolicy(3, 2, 1 << 20),
          xattrs("user.a", 1));

  @Test
  void apply_ofNothing_changesNothing() {
    assertThat(AttributeRules.apply(STATUS, Attributes.NONE)).isEqualTo(STATUS);
  }

  @Test
  void apply_setsWhatIsGiven() {
    Attributes attributes =
        new Attributes(
            07777, "bob", "", 99L, xattrs("user.b", 2), new TreeSet<>(Set.of("user.a", "none")));

    FileStatus after = AttributeRules.apply(STATUS, attributes);

    assertThat(after.ownership()).isEqualTo(new FileStatus.Ownership(07777, "bob", ""));
    assertThat(after.times()).isEqualTo(new FileStatus.Times(1, 99));
    assertThat(after.xattrs()).isEqualTo(xattrs("user.b", 2));
    assertThat(after.generation()).isEqualTo(STATUS.generation());
  }

  @Test
  void apply_beyondTheLimits_isRefused() {
    refused(ErrorCode.INVALID_ARGUMENT, mode(010000));
    refused(ErrorCode.INVALID_ARGUMENT, mode(-1));
    refused(ErrorCode.INVALID_ARGUMENT, owner("x".repeat(256)));
    refused(ErrorCode.INVALID_ARGUMENT, set(xattrs("", 1)));
    refused(ErrorCode.INVALID_ARGUMENT, set(xattrs("é".repeat(128), 1)));
    refused(ErrorCode.LIMIT_EXCEEDED, set(xattrs("user.big", 64 * 1024)));
    SortedMap<String, Bytes> many = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      many.put("user.x" + i, Bytes.EMPTY);
    }
    refused(ErrorCode.LIMIT_EXCEEDED, set(many));
    many.remove("user.x0");
    assertThat(AttributeRules.apply(STATUS, set(many)).xattrs()).hasSize(256);
  }

  private static void refused(ErrorCode code, Attributes attributes) {
    assertThatThrownBy(() -> AttributeRules.apply(STATUS, attributes))
        .isInstanceOfSatisfying(ShoalException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static Attributes mode(int mode) {
    return new Attributes(mode, null, null, null, new TreeMap<>(), new TreeSet<>());
  }

  private static Attributes owner(String owner) {
    return new Attributes(null, owner, null, null, new TreeMap<>(), new TreeSet<>());
  }

  private static Attributes set(SortedMap<String, Bytes> xattrs) {
    return new Attributes(null, null, null, null, xattrs, new TreeSet<>());
  }

  private static SortedMap<String, Bytes> xattrs(String name, int size) {
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    xattrs.put(name, Bytes.copyOf(new byte[size]));
    return xattrs;
  }
}
