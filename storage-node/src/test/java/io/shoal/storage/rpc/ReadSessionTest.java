package io.shoal.storage.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadRange;
import io.shoal.storage.heartbeat.Suspicions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How a reader's stream deals with readers that are slow or go away, and with volumes that fail.
 */
@ExtendWith(NoLeaks.class)
final class ReadSessionTest {
  private static final int FRAMES = 4;
  private static final ReadRange RANGE =
      new ReadRange(new ChunkId(1), 0, FRAMES * PlayedStore.Reader.FRAME_BYTES, new NodeId(5));
  private final ShoalException gone = new ShoalException(ErrorCode.CANCELLED, "", "gone");

  private final FakeClock clock = new FakeClock();
  private final PlayedStore store = new PlayedStore();
  private final Permits budget = new Permits("test", new Permits.Limits(10, 30, 10), Runnable::run);
  private final RecordedReplies<ReadFrame> replies = new RecordedReplies<>(ReadFrame::release);
  private final PlayedStore.Reader reader = new PlayedStore.Reader(FRAMES);
  private int ends;
  private final ReadSession session =
      new ReadSession(store, RANGE, replies, clock, new Suspicions(), ended -> ends++);

  @AfterEach
  void everythingIsGivenBack() {
    assertThat(budget.heldBytes()).isZero();
    assertThat(budget.heldCount()).isZero();
    assertThat(ends).isEqualTo(1);
  }

  private void open() {
    session.start(budget, 25);
    store.readers.get(0).complete(reader);
  }

  @Test
  void range_isReadFrameByFrameToTheEnd() {
    open();
    for (int i = 1; i <= FRAMES; i++) {
      assertThat(reader.frames).as("one frame at a time").hasSize(i);
      assertThat(replies.finished).isFalse();
      reader.deliver();
    }

    assertThat(replies.sent).extracting(ReadFrame::offset).containsExactly(0, 10, 20, 30);
    assertThat(replies.finished).isTrue();
    assertThat(reader.closed).isTrue();
  }

  @Test
  void slowReader_nothingIsReadForIt() {
    replies.ready = false;
    open();
    assertThat(reader.frames).isEmpty();

    replies.ready = true;
    session.onReady();
    assertThat(reader.frames).hasSize(1);
    replies.ready = false;
    reader.deliver();
    assertThat(reader.frames).hasSize(1);
    session.onAborted(gone);
    assertThat(reader.closed).isTrue();
  }

  @Test
  void usedUpBudget_streamWaitsItsTurn() {
    var others = budget.tryAcquire(10);
    session.start(budget, 25);
    assertThat(store.readers).as("25 of 30 bytes are not free").isEmpty();
    assertThat(others).isNotNull();

    others.release();

    assertThat(store.readers).hasSize(1);
    assertThat(budget.heldBytes()).isEqualTo(25);
    session.onAborted(gone);
    store.readers.get(0).complete(reader);
    assertThat(reader.closed).as("the reader that comes late").isTrue();
  }

  @Test
  void readerGone_frameThatComesLateIsReleased() {
    open();
    session.onAborted(gone);
    replies.fail(gone);

    ByteBuf late = reader.deliver();

    assertThat(late.refCnt()).isZero();
    assertThat(replies.sent).isEmpty();
  }

  @Test
  void failedFrame_endsTheStreamWithItsError() {
    open();
    reader.deliver();
    reader
        .frames
        .get(1)
        .completeExceptionally(
            new ShoalException(ErrorCode.CHECKSUM_MISMATCH, "chunk 1", "block 0"));

    assertThat(replies.sent).hasSize(1);
    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertThat(reader.closed).isTrue();
  }

  @Test
  void unknownChunk_failsWithoutAFrame() {
    session.start(budget, 25);
    store
        .readers
        .get(0)
        .completeExceptionally(
            new ShoalException(ErrorCode.CHUNK_UNKNOWN, "chunk 1", "none has it"));

    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
  }

  @Test
  void readerThatTakesNothing_isCutOff() {
    long limit = Duration.ofSeconds(60).toNanos();
    open();
    replies.ready = false;
    reader.deliver();
    clock.advance(Duration.ofSeconds(60));
    session.endIfStalled(limit);
    assertThat(replies.failure).isNull();
    clock.advance(Duration.ofSeconds(1));
    session.endIfStalled(limit);

    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(reader.closed).isTrue();
  }

  @Test
  void slowDisk_isNotTheReadersFault() {
    open();
    clock.advance(Duration.ofHours(1));
    session.endIfStalled(1);

    assertThat(replies.failure).isNull();
    session.onAborted(gone);
    reader.deliver();
  }
}
