package io.shoal.client.testing;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.SessionStamp;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What rule X1 asks of the replicated state, for one session. Guarded by its namespace. */
final class Session {
  private final int window;
  private final NavigableMap<Long, NamespaceReply> replies = new TreeMap<>();
  private long firstUnacknowledged = 1;

  Session(int window) {
    this.window = window;
  }

  /** Executes a mutation, unless its sequence was executed before. */
  NamespaceReply once(NamespaceRequest request, Supplier<NamespaceReply> execution) {
    SessionStamp stamp = request.getStamp();
    if (stamp.getSequence() < firstUnacknowledged) {
      throw new ShoalException(
          ErrorCode.SEQUENCE_STALE,
          "",
          "sequence " + stamp.getSequence() + " (expected: >= " + firstUnacknowledged + ")");
    }
    if (stamp.getSequence() - stamp.getFirstUnacknowledged() >= window
        || stamp.getFirstUnacknowledged() > stamp.getSequence()) {
      throw new ShoalException(
          ErrorCode.LIMIT_EXCEEDED, "", "outside the window of " + window + ": " + stamp);
    }
    firstUnacknowledged = Math.max(firstUnacknowledged, stamp.getFirstUnacknowledged());
    replies.headMap(firstUnacknowledged).clear();
    NamespaceReply known = replies.get(stamp.getSequence());
    if (known == null) {
      known = execution.get();
      replies.put(stamp.getSequence(), known);
    }
    return known;
  }
}
