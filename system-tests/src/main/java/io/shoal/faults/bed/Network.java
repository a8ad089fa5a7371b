package io.shoal.faults.bed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts of one network, each a network namespace, around a router in one more. Everything that goes
 * from one host to another passes the router, where packets can be dropped by rules of nftables. A
 * host may be put behind a {@link BadLine}.
 */
public final class Network implements AutoCloseable {
  private static final String TABLE = "faults";

  private final String prefix;
  private final List<Integer> hosts = new ArrayList<>();
  private final List<String> rules = new ArrayList<>();

  /** Makes a network with a router and no hosts. */
  public Network(String prefix) throws IOException, InterruptedException {
    this.prefix = prefix;
    Commands.run("ip", "netns", "add", router());
    onRouter("ip", "link", "set", "lo", "up");
    onRouter("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    applyRules();
  }

  private String router() {
    return prefix + "-router";
  }

  /** Returns the name of a host's namespace. */
  String namespace(int host) {
    return prefix + "-" + host;
  }

  /** Returns the address of a host. */
  public static String address(int host) {
    return "10.77.0." + host;
  }

  /** Returns an address of the line between a host and the router. */
  static String lineAddress(int host, boolean ofRouter) {
    return "10.79." + host + (ofRouter ? ".1" : ".2");
  }

  /** Adds a host; its number, from 1 to 250, is part of its addresses. */
  void addHost(int host) throws IOException, InterruptedException {
    hosts.add(host);
    Commands.run("ip", "netns", "add", namespace(host));
    onHost(host, "ip", "link", "set", "lo", "up");
    onRouter(
        "ip",
        "link",
        "add",
        "h" + host,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace(host));
    onRouter("ip", "addr", "add", lineAddress(host, true) + "/30", "dev", "h" + host);
    onRouter("ip", "link", "set", "h" + host, "up");
    onHost(host, "ip", "addr", "add", lineAddress(host, false) + "/30", "dev", "eth0");
    onHost(host, "ip", "addr", "add", address(host) + "/32", "dev", "lo");
    onHost(host, "ip", "link", "set", "eth0", "up");
    routeDirectly(host);
  }

  /** Lets the traffic of a host go over the line between it and the router. */
  void routeDirectly(int host) throws IOException, InterruptedException {
    onRouter("ip", "route", "replace", address(host) + "/32", "via", lineAddress(host, false));
    onHost(
        host,
        "ip",
        "route",
        "replace",
        "default",
        "via",
        lineAddress(host, true),
        "src",
        address(host));
  }

  /** Lets the traffic of a host go through a device that both ends have. */
  void routeThrough(int host, String device) throws IOException, InterruptedException {
    onRouter("ip", "route", "replace", address(host) + "/32", "dev", device);
    onHost(host, "ip", "route", "replace", "default", "dev", device, "src", address(host));
  }

  String onRouter(String... words) throws IOException, InterruptedException {
    return Commands.run(Commands.in(router(), words).toArray(String[]::new));
  }

  String onHost(int host, String... words) throws IOException, InterruptedException {
    return Commands.run(Commands.in(namespace(host), words).toArray(String[]::new));
  }

  /** Returns a command that runs on the router. */
  List<String> commandOnRouter(String... words) {
    return Commands.in(router(), words);
  }

  /** Starts a program on the router. */
  Process startOnRouter(String... words) throws IOException {
    return start(Commands.in(router(), words));
  }

  /** Starts a program on a host. */
  Process startOnHost(int host, String... words) throws IOException {
    return start(Commands.in(namespace(host), words));
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  // ---------------------------------------------------------------------------------------- faults

  /** Drops what comes from a host. */
  public void cutFrom(int host) throws IOException, InterruptedException {
    rules.add("ip saddr " + address(host) + " drop");
    applyRules();
  }

  /** Breaks the connections of a host as soon as it sends something, which nobody gets. */
  public void breakFrom(int host) throws IOException, InterruptedException {
    rules.add("ip saddr " + address(host) + " meta l4proto tcp reject with tcp reset");
    applyRules();
  }

  /** Drops what goes to a host. */
  public void cutTo(int host) throws IOException, InterruptedException {
    rules.add("ip daddr " + address(host) + " drop");
    applyRules();
  }

  /** Drops what goes from one host to another. */
  public void cutBetween(int from, int to) throws IOException, InterruptedException {
    rules.add("ip saddr " + address(from) + " ip daddr " + address(to) + " drop");
    applyRules();
  }

  /** Drops so many of a hundred packets, whoever sends them. */
  public void lose(int percent) throws IOException, InterruptedException {
    rules.add("numgen random mod 100 < " + percent + " drop");
    applyRules();
  }

  /** Drops nothing any more. */
  public void heal() throws IOException, InterruptedException {
    rules.clear();
    applyRules();
  }

  private void applyRules() throws IOException, InterruptedException {
    StringBuilder script = new StringBuilder();
    script.append("add table ip ").append(TABLE).append('\n');
    script
        .append("add chain ip ")
        .append(TABLE)
        .append(" forward { type filter hook forward priority 0; }\n");
    script.append("flush chain ip ").append(TABLE).append(" forward\n");
    for (String rule : rules) {
      script.append("add rule ip ").append(TABLE).append(" forward ").append(rule).append('\n');
    }
    Commands.runWithInput(
        script.toString(), Commands.in(router(), "nft", "-f", "-").toArray(String[]::new));
  }

  @Override
  public void close() throws IOException {
    try {
      for (int host : hosts) {
        Commands.run("ip", "netns", "del", namespace(host));
      }
      Commands.run("ip", "netns", "del", router());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the network was removed", e);
    }
  }
}
