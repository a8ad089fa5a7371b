package io.shoal.common.transport;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import org.jspecify.annotations.Nullable;

/** Checks that the frames of a range come in order, without gaps, and to exactly its end. */
final class RangeInbox implements GrpcReadStream.Inbox<ReadFrame> {
  private final HostPort node;
  private final ReadRange range;
  private final ReadListener listener;
  private int next;

  RangeInbox(HostPort node, ReadRange range, ReadListener listener) {
    this.node = node;
    this.range = range;
    this.listener = listener;
    this.next = range.offset();
  }

  @Override
  public void accept(ReadFrame frame) {
    if (frame.offset() != next || frame.length() > range.end() - next) {
      ShoalException misfit =
          new ShoalException(
              ErrorCode.CHECKSUM_MISMATCH,
              subject(),
              "%s sent bytes %d to %d (expected: from %d, to %d at most)"
                  .formatted(
                      node,
                      frame.offset(),
                      (long) frame.offset() + frame.length(),
                      next,
                      range.end()));
      frame.release();
      throw misfit;
    }
    next += frame.length();
    listener.onFrame(frame);
  }

  @Override
  public void discard(ReadFrame frame) {
    frame.release();
  }

  @Override
  public boolean complete() {
    return next == range.end();
  }

  @Override
  public void closed(@Nullable ShoalException failure) {
    if (failure == null && !complete()) {
      listener.onClosed(
          new ShoalException(
              ErrorCode.REPLICA_SHORT,
              subject(),
              "%s ended the stream at byte %d (expected: %d)".formatted(node, next, range.end())));
    } else {
      listener.onClosed(failure);
    }
  }

  private String subject() {
    return "chunk " + range.chunkId() + " on node " + range.nodeId();
  }
}
