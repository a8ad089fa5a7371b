package io.shoal.client.internal.transfer;

import io.shoal.client.internal.read.FileReader;
import io.shoal.client.internal.read.FileReaders;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Fetches one whole file into memory. Guarded by itself. */
final class MemoryDownload implements Transfer {
  private final String source;
  private final int limitBytes;
  private final CompletableFuture<ByteBuffer> result = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private @Nullable ShoalException stopReason;
  private @Nullable CompletableFuture<FileReader> opening;
  private @Nullable FileReader reader;

  MemoryDownload(String source, int limitBytes) {
    this.source = source;
    this.limitBytes = limitBytes;
  }

  CompletableFuture<ByteBuffer> result() {
    return result;
  }

  void start(FileReaders readers) {
    CompletableFuture<FileReader> open = readers.open(source);
    synchronized (this) {
      opening = open;
    }
    Listening.to(
        open,
        (opened, failure) -> {
          if (failure != null) {
            finish(null, failure);
          } else {
            onOpened(opened);
          }
        });
  }

  @Override
  public void stop(ShoalException reason) {
    CompletableFuture<FileReader> waiting;
    FileReader open;
    synchronized (this) {
      if (stopReason != null) {
        return;
      }
      stopReason = reason;
      waiting = opening;
      open = reader;
    }
    if (open != null) {
      open.stop(reason);
    } else if (waiting != null) {
      waiting.cancel(false);
    }
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }

  private void onOpened(FileReader opened) {
    ShoalException reason;
    synchronized (this) {
      reader = opened;
      reason = stopReason;
    }
    long length = opened.status().length();
    if (reason != null) {
      finish(null, reason);
    } else if (length > limitBytes) {
      finish(
          null,
          new ShoalException(
              ErrorCode.LIMIT_EXCEEDED,
              source,
              "length: " + length + " bytes (expected: at most " + limitBytes + ")"));
    } else {
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      Listening.to(opened.read(0, bytes), (read, failure) -> finish(bytes.flip(), failure));
    }
  }

  private void finish(@Nullable ByteBuffer bytes, @Nullable Throwable failure) {
    ShoalException reason;
    FileReader open;
    synchronized (this) {
      reason = stopReason;
      open = reader;
    }
    if (open != null) {
      open.end();
    }
    if (failure == null && bytes != null) {
      result.complete(bytes);
    } else if (failure != null) {
      result.completeExceptionally(reason != null ? reason : ShoalException.of(failure));
    }
    ended.complete(null);
  }
}
