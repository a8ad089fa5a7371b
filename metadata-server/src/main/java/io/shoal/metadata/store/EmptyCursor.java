package io.shoal.metadata.store;

/** A cursor over nothing. */
enum EmptyCursor implements Cursor {
  INSTANCE;

  @Override
  public boolean next() {
    return false;
  }

  @Override
  public byte[] key() {
    throw new IllegalStateException("the cursor is not at a row");
  }

  @Override
  public byte[] value() {
    throw new IllegalStateException("the cursor is not at a row");
  }

  @Override
  public void close() {}
}
