package io.shoal.benchmarks.hdfs;

import io.shoal.benchmarks.store.FileStore;
import io.shoal.benchmarks.store.Pattern;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The adapter for file systems of Hadoop. */
public final class HadoopStore implements FileStore {
  private final FileSystem files;
  private final ExecutorService threads;

  private HadoopStore(FileSystem files) {
    this.files = files;
    this.threads = Executors.newFixedThreadPool(BLOCKING_THREADS);
  }

  /** Opens the file system that the configuration on the class path names. */
  public static HadoopStore connect() throws IOException {
    return new HadoopStore(FileSystem.get(new Configuration()));
  }

  @Override
  public CompletableFuture<Void> mkdirs(String path) {
    return run(() -> expect(files.mkdirs(new Path(path)), "make directory", path));
  }

  @Override
  public CompletableFuture<Void> write(String path, ByteBuffer content) {
    return run(
        () -> {
          try (FSDataOutputStream out = files.create(new Path(path), false)) {
            out.write(
                content.array(), content.arrayOffset() + content.position(), content.remaining());
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Integer> read(String path, int limitBytes) {
    return run(
        () -> {
          byte[] target = new byte[limitBytes];
          try (FSDataInputStream in = files.open(new Path(path))) {
            return in.readNBytes(target, 0, target.length);
          }
        });
  }

  @Override
  public CompletableFuture<Void> writeLarge(String path, long bytes) {
    return run(
        () -> {
          byte[] piece = Pattern.bytes(Pattern.PIECE_BYTES);
          try (FSDataOutputStream out = files.create(new Path(path), true)) {
            for (long left = bytes; left > 0; left -= piece.length) {
              out.write(piece, 0, (int) Math.min(piece.length, left));
            }
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Long> readLarge(String path) {
    return run(
        () -> {
          byte[] target = new byte[1 << 20];
          long bytes = 0;
          try (FSDataInputStream in = files.open(new Path(path))) {
            for (int read = in.read(target); read >= 0; read = in.read(target)) {
              bytes += read;
            }
          }
          return bytes;
        });
  }

  @Override
  public CompletableFuture<Long> length(String path) {
    return run(
        () -> {
          try {
            return files.getFileStatus(new Path(path)).getLen();
          } catch (FileNotFoundException e) {
            return -1L;
          }
        });
  }

  @Override
  public CompletableFuture<Integer> list(String directory) {
    return run(() -> files.listStatus(new Path(directory)).length);
  }

  @Override
  public CompletableFuture<Void> rename(String source, String destination) {
    return run(
        () -> expect(files.rename(new Path(source), new Path(destination)), "rename", source));
  }

  @Override
  public CompletableFuture<Void> delete(String path) {
    return run(
        () -> {
          // False tells that there was nothing.
          files.delete(new Path(path), true);
          return null;
        });
  }

  @Override
  public CompletableFuture<PositionedFile> open(String path) {
    return run(() -> new Opened(files.open(new Path(path))));
  }

  @Override
  public CompletableFuture<RecordLog> createLog(String path) {
    return run(() -> new Log(files.create(new Path(path), true)));
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      files.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Void expect(boolean success, String what, String path) throws IOException {
    if (!success) {
      throw new IOException("the file system refused to " + what + " " + path);
    }
    return null;
  }

  private <T> CompletableFuture<T> run(Callable<T> operation) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return operation.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  private final class Opened implements PositionedFile {
    private final FSDataInputStream in;

    Opened(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public CompletableFuture<Integer> read(long position, ByteBuffer target) {
      return run(
          () -> {
            int length = target.remaining();
            in.readFully(
                position, target.array(), target.arrayOffset() + target.position(), length);
            return length;
          });
    }

    @Override
    public CompletableFuture<Void> close() {
      return run(
          () -> {
            in.close();
            return null;
          });
    }
  }

  private final class Log implements RecordLog {
    private final FSDataOutputStream out;

    Log(FSDataOutputStream out) {
      this.out = out;
    }

    @Override
    public CompletableFuture<Void> append(ByteBuffer record) {
      return run(
          () -> {
            out.write(record.array(), record.arrayOffset() + record.position(), record.remaining());
            out.hsync();
            return null;
          });
    }

    @Override
    public CompletableFuture<Void> close() {
      return run(
          () -> {
            out.close();
            return null;
          });
    }
  }
}
