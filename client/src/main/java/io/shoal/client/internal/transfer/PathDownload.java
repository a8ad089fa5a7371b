package io.shoal.client.internal.transfer;

import io.netty.buffer.ByteBuf;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.client.internal.read.FileReader;
import io.shoal.client.internal.read.FileReaders;
import io.shoal.client.internal.read.RangeFetch;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.resources.ProgressReports;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one whole file into a local one: several chunks at once, each payload written where it
 * belongs as soon as it was verified. Guarded by itself; futures and other objects are called
 * without the lock.
 */
final class PathDownload implements Transfer, RangeFetch.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(PathDownload.class);

  private final FileReaders readers;
  private final String source;
  private final Path path;
  private final GetOptions options;
  private final ClientResources resources;
  private final LocalFiles files;
  private final ProgressReports progress;
  private final CompletableFuture<FileStatus> result = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private @Nullable ShoalException stopReason;
  private @Nullable Future<?> step;
  private @Nullable FileReader reader;

  /** Payloads that wait for a file thread or are being written. */
  private int writes;

  private @Nullable ShoalException failedFor;
  private volatile @Nullable LocalTarget target;

  PathDownload(
      FileReaders readers,
      String source,
      Path path,
      GetOptions options,
      ClientResources resources) {
    this.readers = readers;
    this.source = source;
    this.path = path;
    this.options = options;
    this.resources = resources;
    this.files = new LocalFiles(resources.executors().files());
    this.progress =
        new ProgressReports(options.progress(), new Callbacks(resources.executors().callbacks()));
  }

  CompletableFuture<FileStatus> result() {
    return result;
  }

  void start() {
    follow(
        files.call(path, () -> LocalTarget.check(path, options.overwrite())),
        false,
        this::onChecked);
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void stop(ShoalException reason) {
    Future<?> waiting;
    FileReader open;
    synchronized (this) {
      if (stopReason != null) {
        return;
      }
      stopReason = reason;
      waiting = step;
      open = reader;
    }
    if (open != null) {
      open.stop(reason);
    } else if (waiting != null) {
      waiting.cancel(false);
    }
  }

  private void onChecked(Path realPath) {
    follow(readers.open(source), true, opened -> onOpened(opened, realPath));
  }

  private void onOpened(FileReader opened, Path realPath) {
    synchronized (this) {
      reader = opened;
    }
    follow(
        files.call(
            path,
            () -> {
              LocalTarget created =
                  LocalTarget.create(
                      realPath, options.overwrite(), resources.environment().random());
              target = created;
              return created;
            }),
        false,
        created ->
            follow(
                opened.fetch(0, opened.status().length(), this), false, done -> publish(opened)));
  }

  @Override
  public void onBytes(long position, ByteBuf payload, Runnable consumed) {
    synchronized (this) {
      writes++;
    }
    files.run(
        () -> {
          int bytes = payload.readableBytes();
          try {
            created().write(position, payload);
            progress.advanced(bytes);
          } catch (IOException e) {
            stop(LocalFiles.refused(path, e));
          } catch (RuntimeException e) {
            stop(ShoalException.of(e));
          } finally {
            payload.release();
          }
          consumed.run();
          onWritten();
        });
  }

  private void onWritten() {
    ShoalException reason;
    synchronized (this) {
      writes--;
      reason = writes == 0 ? failedFor : null;
    }
    if (reason != null) {
      discard(reason);
    }
  }

  private LocalTarget created() {
    LocalTarget open = target;
    if (open == null) {
      throw new IllegalStateException(path + ": there is no temporary file");
    }
    return open;
  }

  private void publish(FileReader opened) {
    FileStatus status = opened.status();
    follow(
        files.call(
            path,
            () -> {
              created().publish(status, options.keepAttributes());
              return status;
            }),
        false,
        this::finish);
  }

  /** Goes on when a step is done, unless it failed or somebody has stopped the download. */
  private <T> void follow(
      CompletableFuture<T> stepUnderWay, boolean cancellable, Consumer<T> next) {
    synchronized (this) {
      step = cancellable ? stepUnderWay : null;
    }
    Listening.to(
        stepUnderWay,
        (value, failure) -> {
          ShoalException reason = stopReason();
          if (failure != null) {
            fail(reason != null ? reason : ShoalException.of(failure));
          } else if (reason != null && !(value instanceof FileStatus)) {
            if (value instanceof FileReader opened) {
              opened.stop(reason);
            }
            fail(reason);
          } else {
            next.accept(value);
          }
        });
  }

  private synchronized @Nullable ShoalException stopReason() {
    return stopReason;
  }

  private void finish(FileStatus status) {
    closeReader();
    result.complete(status);
    ended.complete(null);
  }

  private void fail(ShoalException reason) {
    closeReader();
    boolean quiet;
    synchronized (this) {
      failedFor = reason;
      quiet = writes == 0;
    }
    if (quiet) {
      discard(reason);
    }
  }

  /** Nothing is being written any more. */
  private void discard(ShoalException reason) {
    Listening.to(
        files.call(
            path,
            () -> {
              LocalTarget open = target;
              if (open != null) {
                open.discard();
              }
              return true;
            }),
        (discarded, failure) -> {
          if (failure != null) {
            LOG.warn("{}: a temporary file beside it was left", path, failure);
          }
          result.completeExceptionally(reason);
          ended.complete(null);
        });
  }

  private void closeReader() {
    FileReader open;
    synchronized (this) {
      open = reader;
    }
    if (open != null) {
      open.end();
    }
  }
}
