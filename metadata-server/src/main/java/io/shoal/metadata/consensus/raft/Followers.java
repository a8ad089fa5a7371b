package io.shoal.metadata.consensus.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Those who send the log to other servers, each to one, while this server leads. Thread-safe. */
final class Followers {
  /** Where Ratis keeps it for {@link PeerTransport}. */
  static final String PARAMETER = "shoal.followers";

  /** The newest for each follower; those of former terms have no more to say. */
  private final Map<String, PeerTransport.Appender> appenders = new ConcurrentHashMap<>();

  void add(PeerTransport.Appender appender) {
    appenders.put(appender.getFollowerId().toString(), appender);
  }

  /**
   * Tells a follower at once that entries are committed, which it hears with the next one
   * otherwise, or after some hundred milliseconds.
   *
   * @param peerId anybody's word: no id is made of it, which Ratis would keep for ever
   */
  void tellCommitted(String peerId, long index) {
    PeerTransport.Appender appender = appenders.get(peerId);
    if (appender != null) {
      appender.tellCommitted(index);
    }
  }
}
