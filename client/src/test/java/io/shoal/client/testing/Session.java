package io.shoal.client.testing;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.SessionStamp;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What rule X1 asks of the replicated state, for one session, and whom its files belong to. Guarded
 * by its namespace.
 */
final class Session {
  private final OpenSessionRequest opening;
  private final int window;
  private final NavigableMap<Long, NamespaceReply> replies = new TreeMap<>();
  private long firstUnacknowledged = 1;

  Session(OpenSessionRequest opening, int window) {
    this.opening = opening;
    this.window = window;
  }

  /** Returns the status of what the session makes, where its attributes do not say otherwise. */
  FileStatus owning(FileStatus made, Attributes attributes) {
    return made.toBuilder()
        .setOwner(attributes.hasOwner() ? attributes.getOwner() : opening.getOwner())
        .setGroup(attributes.hasGroup() ? attributes.getGroup() : opening.getGroup())
        .build();
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
