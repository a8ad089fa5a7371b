package io.shoal.metadata.consensus.raft;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * Between the peers of a group: Ratis's gRPC, and what a leader tells a follower that its log does
 * not reach back to. Ratis makes it by its class name.
 */
public final class PeerTransport implements RpcType {
  @Override
  public String name() {
    return PeerTransport.class.getName();
  }

  @Override
  public ServerFactory newFactory(Parameters parameters) {
    return new Factory(parameters);
  }

  private static final class Factory extends GrpcFactory {
    private final Followers followers;

    Factory(Parameters parameters) {
      super(parameters);
      this.followers = parameters.get(Followers.PARAMETER, Followers.class);
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      Appender appender = new Appender(server, state, follower);
      followers.add(appender);
      return appender;
    }
  }

  /**
   * Sends entries to one follower. An entry goes out together with the position of the one before
   * it. Of the first entry of the log that is known only while the newest snapshot ends there; a
   * follower that lacks that entry and nothing before it would be told that the log begins there,
   * would answer that it has all up to there, and so on for ever (Ratis 3.3.0). What it is told is
   * the first entry that can be sent.
   */
  static final class Appender extends GrpcLogAppender {
    /** Up to here the follower is to know of entries that they are committed. */
    private final AtomicLong toTell = new AtomicLong(-1);

    Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      super(server, state, follower);
    }

    @Override
    public @Nullable TermIndex shouldNotifyToInstallSnapshot() {
      TermIndex first = super.shouldNotifyToInstallSnapshot();
      if (first == null || first.getIndex() == 0 || getPrevious(first.getIndex()) != null) {
        return first;
      }
      return TermIndex.valueOf(first.getTerm(), first.getIndex() + 1);
    }

    /**
     * Tells the follower that entries are committed. It hears it with the next entry, too, but that
     * may take; and a heartbeat does not tell it while entries are on their way (Ratis 3.3.0).
     */
    void tellCommitted(long index) {
      toTell.accumulateAndGet(index, Math::max);
      notifyLogAppender();
    }

    /** Called with every answer of the follower, among others. */
    @Override
    public void notifyLogAppender() {
      if (toTell.get() > getFollower().getCommitIndex() && !hasPendingDataRequests()) {
        // Comes back to here, once.
        triggerHeartbeat();
      }
      super.notifyLogAppender();
    }
  }
}
