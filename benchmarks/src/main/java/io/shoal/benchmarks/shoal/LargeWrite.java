package io.shoal.benchmarks.shoal;

import io.shoal.benchmarks.store.Pattern;
import io.shoal.client.AsyncFileWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes a large file piece by piece, the next when there is room for it, and closes it. */
final class LargeWrite {
  private final AsyncFileWriter writer;
  private final long bytes;
  private final ByteBuffer piece;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  LargeWrite(AsyncFileWriter writer, long bytes) {
    this.writer = writer;
    this.bytes = bytes;
    this.piece = ByteBuffer.allocateDirect(Pattern.PIECE_BYTES);
    piece.put(Pattern.bytes(Pattern.PIECE_BYTES)).flip();
  }

  CompletableFuture<Void> start() {
    writeOn();
    return done;
  }

  /** Loops while there is room: a recursion for each piece would be as deep as the file is long. */
  private void writeOn() {
    while (writer.position() < bytes) {
      int size = (int) Math.min(Pattern.PIECE_BYTES, bytes - writer.position());
      CompletableFuture<Void> taken = writer.write(piece.duplicate().limit(size));
      if (!taken.isDone() || taken.isCompletedExceptionally()) {
        var unused = taken.whenComplete((nothing, failure) -> taken(failure));
        return;
      }
    }
    var unused =
        writer
            .close()
            .whenComplete(
                (status, failure) -> {
                  if (failure == null) {
                    done.complete(null);
                  } else {
                    done.completeExceptionally(failure);
                  }
                });
  }

  private void taken(@Nullable Throwable failure) {
    if (failure == null) {
      writeOn();
    } else {
      var unused = writer.abort();
      done.completeExceptionally(failure);
    }
  }
}
