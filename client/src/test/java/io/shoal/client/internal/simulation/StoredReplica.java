package io.shoal.client.internal.simulation;

import io.shoal.common.checksum.Crc32c;
import java.util.Arrays;

/** A chunk as one node has it. */
final class StoredReplica {
  private final long nonce;
  private byte[] bytes = new byte[0];
  private int received;
  private int durable;
  private boolean closed;

  StoredReplica(long nonce) {
    this.nonce = nonce;
  }

  long nonce() {
    return nonce;
  }

  int received() {
    return received;
  }

  int durable() {
    return durable;
  }

  boolean isClosed() {
    return closed;
  }

  void append(byte[] more) {
    bytes = Arrays.copyOf(bytes, received + more.length);
    System.arraycopy(more, 0, bytes, received, more.length);
    received += more.length;
  }

  void makeDurable(int length, boolean close) {
    durable = Math.max(durable, length);
    closed |= close;
  }

  /** Loses what was not durable, as a crash does. */
  void crash() {
    received = durable;
    closed = true;
  }

  /** Has fewer bytes than it should. */
  void shorten(int length) {
    durable = length;
    received = length;
  }

  int crc32c(int length) {
    return Crc32c.of(bytes, 0, length);
  }

  byte[] range(int offset, int length) {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }
}
