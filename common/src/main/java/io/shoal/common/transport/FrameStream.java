package io.shoal.common.transport;

import io.grpc.Drainable;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A frame as gRPC wants to have it: the header's bytes, then the payload, which is borrowed. Does
 * not announce its length: gRPC would take it as bytes only.
 */
final class FrameStream extends InputStream implements Drainable {
  private static final PayloadHandOver HAND_OVER = PayloadHandOver.find();

  private final PayloadHandOver handOver;
  private final byte[] header;
  private final ByteBuf payload;
  private int headerIndex;
  private int payloadIndex;

  FrameStream(byte[] header, ByteBuf payload) {
    this(header, payload, HAND_OVER);
  }

  FrameStream(byte[] header, ByteBuf payload, PayloadHandOver handOver) {
    this.handOver = handOver;
    this.header = header;
    this.payload = payload;
    this.payloadIndex = payload.readerIndex();
  }

  @Override
  public int available() {
    return header.length - headerIndex + payload.writerIndex() - payloadIndex;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    int drained = available();
    target.write(header, headerIndex, header.length - headerIndex);
    int length = payload.writerIndex() - payloadIndex;
    if (!handOver.append(target, payload.slice(payloadIndex, length))) {
      payload.getBytes(payloadIndex, target, length);
    }
    headerIndex = header.length;
    payloadIndex = payload.writerIndex();
    return drained;
  }

  @Override
  public int read() {
    if (headerIndex < header.length) {
      return header[headerIndex++] & 0xFF;
    }
    return payloadIndex < payload.writerIndex() ? payload.getByte(payloadIndex++) & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (headerIndex < header.length) {
      int count = Math.min(length, header.length - headerIndex);
      System.arraycopy(header, headerIndex, target, offset, count);
      headerIndex += count;
      return count;
    }
    int count = Math.min(length, payload.writerIndex() - payloadIndex);
    if (count == 0) {
      return -1;
    }
    payload.getBytes(payloadIndex, target, offset, count);
    payloadIndex += count;
    return count;
  }
}
