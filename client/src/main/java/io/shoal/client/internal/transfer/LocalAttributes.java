package io.shoal.client.internal.transfer;

import io.shoal.client.AttributeChange;
import io.shoal.client.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Times and permissions of local files. Where the local system knows no permissions, there are none
 * to keep.
 */
final class LocalAttributes {
  /** In the order of their bits, from 0400 to 0001. */
  private static final PosixFilePermission[] PERMISSIONS = {
    PosixFilePermission.OWNER_READ,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_EXECUTE
  };

  private LocalAttributes() {}

  /** Returns a change completed with a file's mode and time, where it does not say otherwise. */
  static AttributeChange complete(AttributeChange change, Path file) throws IOException {
    Instant modifiedAt = Files.getLastModifiedTime(file).toInstant();
    OptionalInt mode = change.mode().isPresent() ? change.mode() : modeOf(file);
    return new AttributeChange(
        mode,
        change.owner(),
        change.group(),
        Optional.of(change.modifiedAt().orElse(modifiedAt)),
        change.setXattrs(),
        change.removeXattrs());
  }

  private static OptionalInt modeOf(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return OptionalInt.empty();
    }
    Set<PosixFilePermission> permissions = view.readAttributes().permissions();
    int mode = 0;
    for (PosixFilePermission permission : PERMISSIONS) {
      mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
    }
    return OptionalInt.of(mode);
  }

  /** Gives a file the mode and time of a stored one. */
  static void apply(FileStatus stored, Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
      for (int i = 0; i < PERMISSIONS.length; i++) {
        if ((stored.mode() >> (PERMISSIONS.length - 1 - i) & 1) == 1) {
          permissions.add(PERMISSIONS[i]);
        }
      }
      view.setPermissions(permissions);
    }
    Files.setLastModifiedTime(file, FileTime.from(stored.modifiedAt()));
  }
}
