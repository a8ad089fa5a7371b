package io.shoal.client.internal.pipeline;

import io.shoal.common.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How a pipeline behaves.
 *
 * @param servers the metadata servers, at least one
 * @param client what the session is opened with
 * @param callTimeout longest time for the pipeline's own calls: to open and renew the session
 * @param connectTimeout after which a client that never had an answer gives up
 * @param anyServer whether every server can answer what is asked, not only the one that leads
 */
public record PipelineSettings(
    List<HostPort> servers,
    ClientDescription client,
    Duration callTimeout,
    Duration connectTimeout,
    Limits limits,
    boolean anyServer) {
  private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(200);

  /** Far more than a server takes for any request, unless the machine stands still. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(2);

  /** Some times what a server takes for a request: asking the others costs little. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

  public PipelineSettings {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("servers: none (expected: at least one)");
    }
  }

  /** Returns the same for what any server can answer; clients go to different ones. */
  public PipelineSettings forAnyServer(RandomGenerator random) {
    List<HostPort> turned = new ArrayList<>(servers);
    Collections.rotate(turned, random.nextInt(servers.size()));
    return new PipelineSettings(turned, client, callTimeout, connectTimeout, limits, true);
  }

  /**
   * Returns how long one server may take to answer a connection: each one gets its turn in time.
   */
  public Duration attemptTimeout() {
    Duration share = connectTimeout.dividedBy(servers.size());
    return share.compareTo(SHORTEST_ATTEMPT) < 0 ? SHORTEST_ATTEMPT : share;
  }

  /** Returns for how long a server that owes answers may say nothing before it is left. */
  public Duration silenceLimit() {
    Duration share = callTimeout.dividedBy(4);
    return min(share, LONGEST_SILENCE);
  }

  /**
   * Returns for how long a server that owes answers may say nothing, or may not take a connection,
   * before the others are asked who leads.
   */
  public Duration doubtLimit() {
    Duration share = min(silenceLimit(), attemptTimeout()).dividedBy(2);
    return min(share, LONGEST_PAUSE);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * What the servers are told of the client.
   *
   * @param name for people
   * @param owner whom what it makes belongs to; empty for nobody
   * @param group the same for the group
   */
  public record ClientDescription(String name, String owner, String group) {}

  /**
   * What may be under way.
   *
   * @param maxCalls calls that have no answer yet, sent or not
   * @param maxCallBytes bytes of their requests
   * @param maxInFlight calls that were sent and have no answer
   * @param maxInFlightBytes bytes of their requests
   * @param maxRequestBytes of one request: a server would break the stream, and all calls with it
   */
  public record Limits(
      int maxCalls,
      long maxCallBytes,
      int maxInFlight,
      long maxInFlightBytes,
      int maxRequestBytes) {
    /** What suits one client; requests are as large as commands may be (rule C4). */
    public static final Limits DEFAULT = new Limits(65_536, 64 << 20, 2_048, 4 << 20, 1 << 20);

    public Limits {
      if (maxCalls < 1
          || maxInFlight < 1
          || maxRequestBytes < 1
          || maxInFlightBytes < maxRequestBytes
          || maxCallBytes < maxRequestBytes) {
        throw new IllegalArgumentException(
            "calls: %d, %d bytes, in flight: %d, %d bytes, request: %d bytes"
                    .formatted(
                        maxCalls, maxCallBytes, maxInFlight, maxInFlightBytes, maxRequestBytes)
                + " (expected: counts >= 1, bytes >= those of one request)");
      }
    }
  }
}
