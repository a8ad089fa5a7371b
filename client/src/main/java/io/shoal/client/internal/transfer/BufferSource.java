package io.shoal.client.internal.transfer;

import io.shoal.client.PutOptions;
import io.shoal.client.internal.write.FileWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** The remaining bytes of a buffer that is borrowed. Immutable. */
final class BufferSource implements UploadSource {
  private final ByteBuffer bytes;
  private final PutOptions options;

  BufferSource(ByteBuffer bytes, PutOptions options) {
    this.bytes = bytes.duplicate();
    this.options = options;
  }

  @Override
  public CompletableFuture<Prepared> prepare() {
    return CompletableFuture.completedFuture(new Prepared(options, bytes.remaining()));
  }

  @Override
  public void feed(FileWriter writer) {
    writer.writeLast(bytes);
  }

  @Override
  public CompletableFuture<Void> release() {
    return CompletableFuture.completedFuture(null);
  }
}
