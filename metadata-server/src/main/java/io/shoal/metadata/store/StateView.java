package io.shoal.metadata.store;

/**
 * The tables as they were after some log entry, unmoved by later commits. Reads may be made from
 * any thread, cursors stay with one. Holds back the store's clean-up: close it soon.
 */
public interface StateView extends StateReader, AutoCloseable {
  /** Returns the log entry whose effects are the last that it shows. */
  LogPosition applied();

  @Override
  void close();
}
