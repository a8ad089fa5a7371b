package io.shoal.metadata.store;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cursor that asks for each row by the key before it. */
final class NavigatingCursor implements Cursor {
  /** Finds the first row at or behind a key. */
  interface Lookup {
    Map.@Nullable Entry<byte[], byte[]> find(byte[] key);
  }

  private final byte[] from;
  private final byte @Nullable [] to;
  private final Lookup ceiling;
  private final Lookup higher;
  private final Runnable onClose;
  private Map.@Nullable Entry<byte[], byte[]> current;
  private boolean begun;
  private boolean closed;

  NavigatingCursor(
      byte[] from, byte @Nullable [] to, Lookup ceiling, Lookup higher, Runnable onClose) {
    this.from = from;
    this.to = to;
    this.ceiling = ceiling;
    this.higher = higher;
    this.onClose = onClose;
  }

  @Override
  public boolean next() {
    if (closed) {
      throw new IllegalStateException("the cursor is closed");
    }
    if (begun && current == null) {
      return false;
    }
    Map.Entry<byte[], byte[]> found =
        current == null ? ceiling.find(from) : higher.find(current.getKey());
    begun = true;
    boolean inside =
        found != null && (to == null || Arrays.compareUnsigned(found.getKey(), to) < 0);
    current = inside ? found : null;
    return inside;
  }

  @Override
  public byte[] key() {
    return row().getKey();
  }

  @Override
  public byte[] value() {
    return row().getValue();
  }

  private Map.Entry<byte[], byte[]> row() {
    if (current == null) {
      throw new IllegalStateException("the cursor is not at a row");
    }
    return current;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }
}
