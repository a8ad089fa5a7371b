package io.shoal.common.testing;

import io.shoal.common.rpc.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of this machine that refuses connections. It is held, so that no test that runs beside
 * this one gets it for a server of its own.
 */
public final class ClosedPort implements AutoCloseable {
  private final Socket holder = new Socket();

  /** Takes a free port. */
  public ClosedPort() {
    try {
      holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where nobody listens. */
  public HostPort address() {
    return new HostPort("127.0.0.1", holder.getLocalPort());
  }

  @Override
  public void close() {
    try {
      holder.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
