package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Writes streams to one remote file, one after the other: reads the next piece while the one before
 * is on its way. Its methods wait.
 */
final class StreamUpload {
  private static final int PIECE_BYTES = 1 << 20;

  private final CommandContext context;
  private final AsyncFileWriter writer;
  private final byte[][] pieces = {new byte[PIECE_BYTES], new byte[PIECE_BYTES]};
  private CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
  private int turn;

  /** Makes one that ends the writer, too, if anything fails. */
  StreamUpload(CommandContext context, AsyncFileWriter writer) {
    this.context = context;
    this.writer = writer;
  }

  /**
   * Writes a stream up to its end.
   *
   * @param name of the stream, for messages
   */
  void copy(InputStream in, String name) throws InterruptedException {
    copy(name, piece -> in.readNBytes(piece, 0, PIECE_BYTES), () -> false);
  }

  /**
   * Writes a stream that somebody is still writing, up to its end: whenever there is nothing more
   * to be read, what came is flushed, so that others see it.
   *
   * @param name of the stream, for messages
   */
  void follow(InputStream in, String name) throws InterruptedException {
    copy(name, in::read, () -> in.available() == 0);
  }

  /** Reads; returns how many bytes came, none or less at the end. */
  private interface Source {
    int read(byte[] piece) throws IOException;
  }

  /** Tells whether to flush now. */
  private interface FlushRule {
    boolean applies() throws IOException;
  }

  private void copy(String name, Source in, FlushRule rule) throws InterruptedException {
    try {
      int length = in.read(pieces[turn]);
      while (length > 0) {
        CompletableFuture<Void> written = writer.write(ByteBuffer.wrap(pieces[turn], 0, length));
        context.await(before);
        before = written;
        if (rule.applies()) {
          context.await(writer.flush());
        }
        turn ^= 1;
        length = in.read(pieces[turn]);
      }
    } catch (IOException e) {
      context.await(writer.abort());
      throw CommandException.local("cannot read " + name + ": " + e.getMessage());
    } catch (InterruptedException | RuntimeException e) {
      abort();
      throw e;
    }
  }

  /** Makes everything durable and ends the file. */
  FileStatus finish() throws InterruptedException {
    try {
      context.await(before);
      return context.await(writer.close());
    } catch (InterruptedException | RuntimeException e) {
      abort();
      throw e;
    }
  }

  private void abort() {
    // The client tells the cluster when it is closed, which comes next.
    var unused = writer.abort();
  }
}
