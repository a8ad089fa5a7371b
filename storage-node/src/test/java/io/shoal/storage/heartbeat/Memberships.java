package io.shoal.storage.heartbeat;

import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.NodeId;
import java.util.List;

/** Memberships for tests of those who only read them. */
public final class Memberships {
  private Memberships() {}

  /** Returns the membership of a node that has registered and heard the log clock. */
  public static Membership registered(NodeId node, SigningKey key, long nowMillis) {
    Membership membership = new Membership();
    membership.registered("cluster", node, List.of(key));
    membership.advanceLogClock(nowMillis);
    return membership;
  }
}
