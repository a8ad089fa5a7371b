package io.shoal.common.transport;

/** A client of generated stubs talks to our server end. */
final class StockClientWithOurServerTest extends ChunkTransportContract {
  @Override
  ChunkTransport newClient() {
    return new StockChunkClient();
  }

  @Override
  Listening serve(ChunkHandler served, int port) {
    return Ends.ourServer(loops, served, port);
  }

  @Override
  int deadlineMillis() {
    return 0;
  }
}
