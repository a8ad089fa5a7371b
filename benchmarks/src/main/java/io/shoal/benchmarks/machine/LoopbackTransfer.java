package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Amount;
import io.shoal.benchmarks.measure.Await;
import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.store.Pattern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** One TCP connection over loopback; both ends are threads of this process. */
record LoopbackTransfer(long bytes) implements Limit {
  private static final int RECEIVE_BYTES = 256 << 10;

  @Override
  public String id() {
    return "L1";
  }

  @Override
  public void run(Path directory, Meter meter) throws Exception {
    ByteBuffer piece = ByteBuffer.allocateDirect(Pattern.PIECE_BYTES);
    piece.put(Pattern.bytes(Pattern.PIECE_BYTES)).flip();
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      meter.measure(
          new Row(id(), "TCP over loopback", Figure.BANDWIDTH), () -> transfer(listener, piece));
    }
  }

  private Amount transfer(ServerSocketChannel listener, ByteBuffer piece) throws Exception {
    CompletableFuture<Long> received = CompletableFuture.supplyAsync(() -> receive(listener));
    try (SocketChannel sender = SocketChannel.open(listener.getLocalAddress())) {
      LocalFile.fill(sender, piece, bytes);
    }
    return Amount.ofBytes(Await.value(received));
  }

  private static long receive(ServerSocketChannel listener) {
    ByteBuffer target = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    long received = 0;
    try (SocketChannel receiver = listener.accept()) {
      for (int n = receiver.read(target); n >= 0; n = receiver.read(target.clear())) {
        received += n;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return received;
  }
}
