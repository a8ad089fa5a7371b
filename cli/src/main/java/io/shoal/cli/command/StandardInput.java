package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Stores a stream: reads the next piece while the one before is on its way. */
final class StandardInput {
  private static final int PIECE_BYTES = 1 << 20;

  private final InputStream in;

  StandardInput(InputStream in) {
    this.in = in;
  }

  /** Copies everything to a remote file; the file appears complete or not at all. */
  FileStatus copyTo(CommandContext context, String target, PutOptions options)
      throws InterruptedException {
    AsyncFileWriter writer = context.await(context.client().create(target, options));
    try {
      byte[][] pieces = {new byte[PIECE_BYTES], new byte[PIECE_BYTES]};
      CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
      int turn = 0;
      int length = in.readNBytes(pieces[turn], 0, PIECE_BYTES);
      while (length > 0) {
        CompletableFuture<Void> written = writer.write(ByteBuffer.wrap(pieces[turn], 0, length));
        context.await(before);
        before = written;
        turn ^= 1;
        length = in.readNBytes(pieces[turn], 0, PIECE_BYTES);
      }
      context.await(before);
      return context.await(writer.close());
    } catch (IOException e) {
      context.await(writer.abort());
      throw CommandException.local("cannot read standard input: " + e.getMessage());
    } catch (InterruptedException | RuntimeException e) {
      // The client tells the cluster when it is closed, which comes next.
      var unused = writer.abort();
      throw e;
    }
  }
}
