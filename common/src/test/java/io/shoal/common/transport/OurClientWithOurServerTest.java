package io.shoal.common.transport;

/** Both ends are ours. */
final class OurClientWithOurServerTest extends ChunkTransportContract {
  @Override
  ChunkTransport newClient() {
    return Ends.ourClient(loops, clock);
  }

  @Override
  Listening serve(ChunkHandler served, int port) {
    return Ends.ourServer(loops, served, port);
  }
}
