package io.shoal.client.internal.pipeline;

import io.shoal.proto.v1.NamespaceRequest;

/** What kind of request it is, as far as retries and sessions go. */
enum RequestKind {
  /** Changes nothing; may be sent as often as one likes. */
  READ,

  /** Opens a session: goes without a stamp, its nonce makes it take effect once. */
  OPEN_SESSION,

  /** Renews or ends the session; pointless in another one. */
  SESSION,

  /** Changes the namespace, whatever the session. */
  MUTATION,

  /** Changes the namespace with the session's own grants or pending files. */
  BOUND_MUTATION,

  /** Throws a pending file away, which the end of its session has done as well. */
  ABANDON;

  /** Tells whether it is stamped with session and sequence (rule X1). */
  boolean stamped() {
    return this != READ && this != OPEN_SESSION;
  }

  static RequestKind of(NamespaceRequest request) {
    return switch (request.getRequestCase()) {
      case STAT, OPEN, EXTENTS, LIST, LOCATE, RESERVE_CHUNKS -> READ;
      case OPEN_SESSION -> OPEN_SESSION;
      case RENEW_SESSION, CLOSE_SESSION -> SESSION;
      case MKDIRS, CREATE_FILE, RENAME, DELETE, SET_ATTRIBUTES, FENCE, TRUNCATE -> MUTATION;
      case COMMIT ->
          request.getCommit().hasCreate() && request.getCommit().getChunksCount() == 0
              ? MUTATION
              : BOUND_MUTATION;
      case CLONE -> BOUND_MUTATION;
      case ABANDON -> ABANDON;
      case REQUEST_NOT_SET ->
          throw new IllegalArgumentException("request: none (expected: one of its kinds)");
    };
  }
}
