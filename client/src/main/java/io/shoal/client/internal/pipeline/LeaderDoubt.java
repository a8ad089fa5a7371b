package io.shoal.client.internal.pipeline;

import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.LeaderWatch;
import io.shoal.common.time.Timer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time in which it is not known who leads: the server that should answer says nothing, can't be
 * reached, or leads no more. Meanwhile the others are listened to, so that the next leader is known
 * as soon as they know it. Owned by the pipeline's shard.
 */
final class LeaderDoubt {
  private final List<HostPort> servers;
  private final Consumer<HostPort> onLeader;
  private final LeaderWatch watch;
  private boolean begun;

  /** The newest that was heard of in this doubt. */
  private long knownTerm;

  /** The one that says nothing: that others still take it for the leader is no news. */
  private @Nullable HostPort silent;

  /**
   * Makes one that is not in doubt.
   *
   * @param onLeader hears who leads, as long as the doubt lasts
   */
  LeaderDoubt(
      List<HostPort> servers,
      ServerChannels channels,
      Timer timer,
      Executor shard,
      Consumer<HostPort> onLeader) {
    this.servers = servers;
    this.onLeader = onLeader;
    this.watch = new LeaderWatch(channels::open, timer, shard, this::onNotice);
  }

  /** A server owes an answer and says nothing. */
  void beginWith(HostPort silentServer) {
    if (!begun) {
      silent = silentServer;
      begin(servers.stream().filter(server -> !server.equals(silentServer)).toList());
    }
  }

  /** No server is known to lead. */
  void begin() {
    if (!begun) {
      begin(servers);
    }
  }

  private void begin(List<HostPort> others) {
    begun = true;
    knownTerm = 0;
    watch.begin(others);
  }

  /** A server leads, or nobody asks any more. */
  void end() {
    if (begun) {
      begun = false;
      silent = null;
      watch.end();
    }
  }

  private void onNotice(long term, HostPort leader) {
    if (begun && !leader.equals(silent) && term >= knownTerm) {
      knownTerm = term;
      onLeader.accept(leader);
    }
  }
}
