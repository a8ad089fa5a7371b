package io.shoal.benchmarks;

import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import java.nio.ByteBuffer;

/** Many files of 4 KiB, or questions about them, with some in flight. */
final class SmallFiles {
  private static final int FILE_BYTES = 4 << 10;
  private static final int PREPARE_IN_FLIGHT = 64;

  /** What is done with each file. */
  enum Operation {
    WRITE,
    READ,
    STAT
  }

  private SmallFiles() {}

  /**
   * Makes a workload.
   *
   * @param inFlight 1 means: one after another
   */
  static Workload of(Operation operation, int count, int inFlight) {
    return new Run(operation, count, inFlight);
  }

  private record Run(Operation operation, int count, int inFlight) implements Workload {
    @Override
    public String name() {
      String how = inFlight == 1 ? "one by one" : inFlight + " in flight";
      String what =
          switch (operation) {
            case WRITE -> "write 4 KiB files";
            case READ -> "read 4 KiB files";
            case STAT -> "stat";
          };
      return what + ", " + count + ", " + how;
    }

    @Override
    public void prepare(ShoalClient client, String directory) throws InterruptedException {
      if (operation != Operation.WRITE) {
        InFlight.run(
            count,
            PREPARE_IN_FLIGHT,
            i ->
                client.put(content(i), path(directory, i), PutOptions.DEFAULT.withOverwrite(true)));
      }
    }

    @Override
    public Amount run(ShoalClient client, String directory) throws InterruptedException {
      Latencies latencies =
          switch (operation) {
            case WRITE ->
                InFlight.run(
                    count,
                    inFlight,
                    i -> client.put(content(i), path(directory, i), PutOptions.DEFAULT));
            case READ ->
                InFlight.run(count, inFlight, i -> client.get(path(directory, i), FILE_BYTES));
            case STAT -> InFlight.run(count, inFlight, i -> client.stat(path(directory, i)));
          };
      return new Amount(0, count, latencies);
    }

    private static String path(String directory, int i) {
      return directory + "/file-" + i;
    }

    private static ByteBuffer content(int i) {
      ByteBuffer content = ByteBuffer.allocate(FILE_BYTES);
      while (content.hasRemaining()) {
        content.putInt(i * 31 + content.position());
      }
      return content.flip();
    }
  }
}
