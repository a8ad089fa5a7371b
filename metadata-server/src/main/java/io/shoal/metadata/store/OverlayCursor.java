package io.shoal.metadata.store;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Merges the rows of a store with the changes that lie over them. */
final class OverlayCursor implements Cursor {
  private final Cursor below;
  private final Iterator<Map.Entry<byte[], Overlay.Change>> changes;
  private final Runnable onClose;
  private boolean belowAtRow;
  private Map.@Nullable Entry<byte[], Overlay.Change> change;
  private @Nullable Row current;
  private boolean begun;
  private boolean closed;

  OverlayCursor(
      Cursor below, Iterator<Map.Entry<byte[], Overlay.Change>> changes, Runnable onClose) {
    this.below = below;
    this.changes = changes;
    this.onClose = onClose;
  }

  @Override
  public boolean next() {
    if (!begun) {
      begun = true;
      moveBelow();
      moveChange();
    }
    while (belowAtRow || change != null) {
      int order = order();
      if (order < 0) {
        current = new Row(below.key(), below.value());
        moveBelow();
        return true;
      }
      Row changed = changedRow();
      if (order == 0) {
        moveBelow();
      }
      moveChange();
      if (changed != null) {
        current = changed;
        return true;
      }
    }
    current = null;
    return false;
  }

  /**
   * Negative if the row below comes first, positive if the change does, 0 if they share the key.
   */
  private int order() {
    if (change == null) {
      return -1;
    }
    return belowAtRow ? Arrays.compareUnsigned(below.key(), change.getKey()) : 1;
  }

  private @Nullable Row changedRow() {
    if (change == null) {
      return null;
    }
    byte[] value = change.getValue().value();
    return value == null ? null : new Row(change.getKey(), value);
  }

  private void moveBelow() {
    belowAtRow = below.next();
  }

  private void moveChange() {
    change = changes.hasNext() ? changes.next() : null;
  }

  @Override
  public byte[] key() {
    return row().key();
  }

  @Override
  public byte[] value() {
    return row().value();
  }

  private Row row() {
    if (current == null) {
      throw new IllegalStateException("the cursor is not at a row");
    }
    return current;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      below.close();
      onClose.run();
    }
  }
}
