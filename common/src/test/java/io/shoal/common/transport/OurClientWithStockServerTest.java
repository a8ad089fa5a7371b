package io.shoal.common.transport;

/** Our client end talks to a server of generated stubs. */
final class OurClientWithStockServerTest extends ChunkTransportContract {
  @Override
  ChunkTransport newClient() {
    return Ends.ourClient(loops, clock);
  }

  @Override
  Listening serve(ChunkHandler served, int port) {
    return Ends.stockServer(served, port);
  }
}
