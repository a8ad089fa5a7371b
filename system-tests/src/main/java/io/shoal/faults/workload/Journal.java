package io.shoal.faults.workload;

import io.shoal.common.error.ShoalException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a worker was about to do and what it was told, outside of the system and before anything
 * depends on it: a line is with the operating system before its method returns, so that it survives
 * the end of the worker. Thread-safe.
 *
 * <p>A line has fields with tabs between them; the first says what it is:
 *
 * <ul>
 *   <li>{@code B id op path other seed length}: an operation begins
 *   <li>{@code b id length}: a flush begins, behind so many bytes
 *   <li>{@code P id length}: a flush was acknowledged
 *   <li>{@code A id micros}: the operation was acknowledged
 *   <li>{@code F id micros code message}: it failed
 *   <li>{@code V id message}: what it saw must not be
 *   <li>{@code M 0}: the work begins or goes on
 * </ul>
 */
public final class Journal implements Closeable {
  private final OutputStream out;
  private final AtomicLong ids = new AtomicLong();

  /** Begins a journal in a new file. */
  public Journal(Path file) throws IOException {
    this.out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** An operation that has begun. */
  public final class Entry {
    private final long id = ids.incrementAndGet();
    private final long beganNanos = System.nanoTime();

    private Entry() {}

    void flushBegins(int length) {
      write("b", id, length);
    }

    void flushed(long length) {
      write("P", id, length);
    }

    void acknowledged() {
      write("A", id, micros());
    }

    void failed(Throwable failure) {
      ShoalException error = ShoalException.of(failure);
      write("F", id, micros(), error.code(), error);
    }

    void violation(String message) {
      write("V", id, message);
    }

    private long micros() {
      return (System.nanoTime() - beganNanos) / 1_000;
    }
  }

  Entry begin(Action action, String path, String other, long seed, int length) {
    Entry entry = new Entry();
    write("B", entry.id, action, path, other, seed, length);
    return entry;
  }

  void workBegins() {
    write("M", 0);
  }

  private void write(Object... fields) {
    StringBuilder line = new StringBuilder();
    for (Object field : fields) {
      line.append(field.toString().replace('\t', ' ').replace('\n', ' ')).append('\t');
    }
    line.setCharAt(line.length() - 1, '\n');
    byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
    try {
      synchronized (out) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the journal can't be written", e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
