package io.shoal.metadata.rpc.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.proto.v1.NamespaceRequest;

/**
 * How much all clients together may have under way: a request is let in with the bytes that it and
 * its answer may take, or refused. Thread-safe.
 */
final class Admission {
  private static final int RETRY_AFTER_MILLIS = 50;

  /** What an entry or an extent with its location takes in an answer, roughly. */
  private static final int ROW_BYTES = 160;

  private static final int GRANT_BYTES = 128;

  private final Permits permits;

  Admission(ServiceLimits limits) {
    this.permits =
        new Permits(
            "requests",
            new Permits.Limits(limits.serverRequests(), limits.serverBytes(), 0),
            Runnable::run);
  }

  /** Returns the bytes that a request and its answer may take in memory. */
  static long costOf(NamespaceRequest request) {
    long rows =
        switch (request.getRequestCase()) {
          case OPEN -> request.getOpen().getExtentLimit();
          case EXTENTS -> request.getExtents().getLimit();
          case LIST -> request.getList().getLimit();
          case LOCATE -> request.getLocate().getChunkIdsCount();
          case RESERVE_CHUNKS -> request.getReserveChunks().getCount();
          default -> 1;
        };
    long rowBytes = request.hasReserveChunks() ? GRANT_BYTES : ROW_BYTES;
    long bounded = Math.max(1, Math.min(rows, NamespaceQueries.PAGE_LIMIT));
    return request.getSerializedSize() + bounded * rowBytes;
  }

  /**
   * Lets a request in.
   *
   * @return released when its answer has left, or will never
   * @throws ShoalException OVERLOADED
   */
  Permit admit(long bytes) {
    Permit permit = permits.tryAcquire(bytes);
    if (permit == null) {
      throw new ShoalException(
          ErrorCode.OVERLOADED,
          "",
          "requests under way: "
              + permits.heldCount()
              + " with "
              + permits.heldBytes()
              + " bytes (limits: "
              + permits.limits().maxCount()
              + " and "
              + permits.limits().maxBytes()
              + ")",
          RETRY_AFTER_MILLIS,
          null);
    }
    return permit;
  }
}
