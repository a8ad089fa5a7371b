package io.shoal.benchmarks;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** One file of some GiB, written from memory or read and verified into nothing. */
final class LargeFile {
  private static final int PIECE_BYTES = 4 << 20;

  private LargeFile() {}

  /** Writes a file. */
  record Write(long bytes) implements Workload {
    @Override
    public String name() {
      return "write " + (bytes >> 20) + " MiB";
    }

    @Override
    public Amount run(ShoalClient client, String directory) throws InterruptedException {
      write(client, directory + "/large", bytes);
      return new Amount(bytes, 1, new Latencies(0));
    }
  }

  /** Reads a file that was written before. */
  record Read(long bytes) implements Workload {
    @Override
    public String name() {
      return "read " + (bytes >> 20) + " MiB";
    }

    @Override
    public void prepare(ShoalClient client, String directory) throws InterruptedException {
      write(client, directory + "/large", bytes);
    }

    @Override
    public Amount run(ShoalClient client, String directory) throws InterruptedException {
      AsyncFileReader reader = Await.value(client.open(directory + "/large"));
      Counter counter = new Counter();
      reader.stream(0, Long.MAX_VALUE).subscribe(counter);
      Await.value(counter.done);
      Await.value(reader.close());
      if (counter.bytes.get() != bytes) {
        throw new IllegalStateException(
            "read " + counter.bytes.get() + " bytes (expected: " + bytes + ")");
      }
      return new Amount(bytes, 1, new Latencies(0));
    }
  }

  private static void write(ShoalClient client, String path, long bytes)
      throws InterruptedException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    byte[] random = new byte[PIECE_BYTES];
    new Random(1).nextBytes(random);
    piece.put(random).flip();
    AsyncFileWriter writer =
        Await.value(client.create(path, PutOptions.DEFAULT.withOverwrite(true)));
    for (long written = 0; written < bytes; written += PIECE_BYTES) {
      Await.value(
          writer.write(piece.duplicate().limit((int) Math.min(PIECE_BYTES, bytes - written))));
    }
    Await.value(writer.close());
  }

  private static final class Counter implements Flow.Subscriber<ByteBuffer> {
    private final AtomicLong bytes = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer piece) {
      bytes.addAndGet(piece.remaining());
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }
  }
}
