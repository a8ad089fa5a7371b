package io.shoal.faults.bed;

import io.shoal.faults.relay.RelayMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A line to a host over which packets are late, out of order or doubled: a tunnel at each end (TUN
 * devices of socat) with the relay between them, which sees every packet.
 */
public final class BadLine implements AutoCloseable {
  private static final String DEVICE = "bad";
  private static final int PORT = 7_000;

  /** What the tunnel adds to a packet fits into one of the line below. */
  private static final String PACKET_BYTES = "1400";

  private final Network network;
  private final int host;
  private final Process relay;
  private final Process atHost;
  private final Process atRouter;

  /**
   * What the line does.
   *
   * @param delayMillis before each packet arrives
   * @param jitterMillis more, at most; packets overtake each other within that time
   * @param duplicatePercent packets that arrive twice
   */
  public record Quality(int delayMillis, int jitterMillis, int duplicatePercent) {
    @Override
    public String toString() {
      return delayMillis + "," + jitterMillis + "," + duplicatePercent;
    }
  }

  /** Puts a host behind such a line. */
  public BadLine(Network network, int host, Quality fromHost, Quality toHost)
      throws IOException, InterruptedException {
    this.network = network;
    this.host = host;
    String here = Network.lineAddress(host, true) + ":" + PORT;
    String there = Network.lineAddress(host, false) + ":" + PORT;
    String near = "127.0.0.1:" + (PORT + 1);
    String nearTunnel = "127.0.0.1:" + (PORT + 2);
    List<String> java = Programs.java(RelayMain.class);
    java.addAll(List.of(here, there, fromHost.toString(), near, nearTunnel, toHost.toString()));
    relay =
        new ProcessBuilder(network.commandOnRouter(java.toArray(String[]::new)))
            .redirectErrorStream(true)
            .start();
    Programs.awaitLine(
        new BufferedReader(new InputStreamReader(relay.getInputStream(), StandardCharsets.UTF_8)),
        "relays");
    atHost = network.startOnHost(host, tunnel(there, here));
    atRouter = network.startOnRouter(tunnel(nearTunnel, near));
    awaitDevices();
    network.routeThrough(host, DEVICE);
  }

  private static String[] tunnel(String here, String there) {
    return new String[] {
      "socat",
      "UDP4-DATAGRAM:" + there + ",bind=" + here,
      "TUN,tun-name=" + DEVICE + ",iff-no-pi,iff-up"
    };
  }

  private void awaitDevices() throws IOException, InterruptedException {
    String up = "until ip link set " + DEVICE + " mtu " + PACKET_BYTES + " up; do sleep 0.01; done";
    network.onHost(host, "timeout", "10", "sh", "-c", up);
    network.onRouter("timeout", "10", "sh", "-c", up);
  }

  /** Gives the host its good line back. */
  @Override
  public void close() throws IOException {
    try {
      network.routeDirectly(host);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the line was mended", e);
    } finally {
      atHost.destroyForcibly();
      atRouter.destroyForcibly();
      relay.destroyForcibly();
    }
  }
}
