package io.shoal.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Attributes to set; what is empty stays as it is.
 *
 * @param mode permission bits, 0 to 07777
 * @param modifiedAt kept to the millisecond
 * @param setXattrs names of 1 to 255 bytes; values together at most 64 KiB
 * @param removeXattrs names; one that is not there is no error
 */
public record AttributeChange(
    OptionalInt mode,
    Optional<String> owner,
    Optional<String> group,
    Optional<Instant> modifiedAt,
    Map<String, byte[]> setXattrs,
    Set<String> removeXattrs) {
  /** Changes nothing. */
  public static final AttributeChange NONE =
      new AttributeChange(
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          Set.of());

  public AttributeChange {
    if (mode.isPresent() && (mode.getAsInt() < 0 || mode.getAsInt() > 07777)) {
      throw new IllegalArgumentException(
          "mode: 0" + Integer.toOctalString(mode.getAsInt()) + " (expected: 0 to 07777)");
    }
    setXattrs = Map.copyOf(setXattrs);
    removeXattrs = Set.copyOf(removeXattrs);
  }

  /** Returns the same change with a mode. */
  public AttributeChange withMode(int bits) {
    return new AttributeChange(
        OptionalInt.of(bits), owner, group, modifiedAt, setXattrs, removeXattrs);
  }

  /** Returns the same change with an owner and a group. */
  public AttributeChange withOwner(String newOwner, String newGroup) {
    return new AttributeChange(
        mode, Optional.of(newOwner), Optional.of(newGroup), modifiedAt, setXattrs, removeXattrs);
  }

  /** Returns the same change with a modification time. */
  public AttributeChange withModifiedAt(Instant time) {
    return new AttributeChange(mode, owner, group, Optional.of(time), setXattrs, removeXattrs);
  }

  /** Returns the same change with extended attributes to set instead of those it had. */
  public AttributeChange withXattrs(Map<String, byte[]> xattrs) {
    return new AttributeChange(mode, owner, group, modifiedAt, xattrs, removeXattrs);
  }
}
