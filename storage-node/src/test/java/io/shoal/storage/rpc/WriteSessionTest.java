package io.shoal.storage.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteOpening;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.heartbeat.Memberships;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a writer's stream deals with a volume that answers late, wrongly or not at all. */
@ExtendWith(NoLeaks.class)
final class WriteSessionTest {
  private static final int FRAME = 100;
  private static final int WINDOW = 300;
  private static final NodeId NODE = new NodeId(5);
  private static final ChunkId CHUNK = new ChunkId(9);
  private static final SigningKey KEY = new SigningKey(1, new byte[SigningKey.SECRET_BYTES]);

  private final PlayedStore store = new PlayedStore();
  private final Permits budget =
      new Permits("test", new Permits.Limits(1_000, 500, 10), Runnable::run);
  private final StreamCount streams = new StreamCount("write", 10);
  private final RecordedReplies.Acks replies = new RecordedReplies.Acks();
  private final PlayedStore.Writer writer = new PlayedStore.Writer(0);
  private final WriteSession session = newSession(replies);
  private int sent;

  private WriteSession newSession(RecordedReplies.Acks answers) {
    streams.enter();
    WriteSession made =
        new WriteSession(
            store, Memberships.registered(NODE, KEY, 1_000), budget, streams, WINDOW, answers);
    made.start();
    return made;
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertThat(budget.heldBytes()).isZero();
    assertThat(budget.waiting()).isZero();
    assertThat(streams.count()).isZero();
  }

  private static WriteOpening opening(long expiresAtMillis) {
    return opening(KEY, expiresAtMillis);
  }

  private static WriteOpening opening(SigningKey key, long expiresAtMillis) {
    GrantTerms terms =
        new GrantTerms(
            CHUNK, new SessionId(1), List.of(NODE), expiresAtMillis, 10_000, key.id(), 60_000);
    return new WriteOpening(new GrantSigner(key).sign(terms), 77, NODE);
  }

  private static WriteFrame frame(
      @Nullable WriteOpening opening, int offset, int length, boolean finish) {
    return new WriteFrame(
        opening,
        offset,
        0,
        false,
        finish,
        Unpooled.directBuffer(Math.max(1, length)).writeZero(length));
  }

  private void open() {
    session.onFrame(frame(opening(2_000), 0, 0, false));
    store.writers.get(0).complete(writer);
  }

  private void sendFrame() {
    assertThat(replies.requested).as("the frame was asked for").isGreaterThan(sent);
    sent++;
    session.onFrame(frame(null, 0, FRAME, false));
  }

  /** Answers everything, so that nothing is left. */
  private void drain() {
    for (int i = 0; i < writer.appends.size(); i++) {
      if (!writer.appends.get(i).isDone()) {
        writer.take(i, (i + 1) * FRAME);
      }
    }
    session.onAborted(new ShoalException(ErrorCode.CANCELLED, "", "enough"));
  }

  @Test
  void opening_isAskedForAloneAndAnsweredWithTheLength() {
    assertThat(replies.requested).isEqualTo(1);
    session.onFrame(frame(opening(2_000), 0, 0, false));
    assertThat(replies.requested)
        .as("until the chunk is open, nothing more is asked for")
        .isEqualTo(1);
    assertThat(store.requests.get(0).chunk()).isEqualTo(CHUNK);
    assertThat(store.requests.get(0).writerNonce()).isEqualTo(77);
    assertThat(store.requests.get(0).lengthLimitBytes()).isEqualTo(10_000);
    assertThat(store.requests.get(0).expiresAtMillis()).isEqualTo(2_000);

    store.writers.get(0).complete(new PlayedStore.Writer(40));

    assertThat(replies.sent).containsExactly(new WriteAck(40, 40, 7, 3));
    assertThat(replies.requested).isEqualTo(2);
    drain();
  }

  @Test
  void slowVolume_noMoreFramesThanTheWindowAreAskedFor() {
    open();
    sent = 1;
    sendFrame();
    sendFrame();
    sendFrame();
    assertThat(writer.appends).hasSize(3);
    assertThat(replies.requested).as("300 bytes wait for the volume").isEqualTo(4);

    writer.take(0, FRAME);

    assertThat(replies.requested).isEqualTo(5);
    drain();
  }

  @Test
  void usedUpBudget_streamWaitsItsTurn() {
    RecordedReplies.Acks otherReplies = new RecordedReplies.Acks();
    WriteSession other = newSession(otherReplies);
    other.onFrame(frame(opening(2_000), 0, 0, false));
    PlayedStore.Writer otherWriter = new PlayedStore.Writer(0);
    store.writers.get(0).complete(otherWriter);
    other.onFrame(frame(null, 0, 450, false));
    session.onFrame(frame(opening(2_000), 0, 0, false));
    store.writers.get(1).complete(writer);
    sent = 1;

    sendFrame();

    assertThat(writer.appends).isEmpty();
    assertThat(replies.requested)
        .as("while a frame waits for room, none is asked for")
        .isEqualTo(2);
    otherWriter.take(0, 450);
    assertThat(writer.appends).hasSize(1);
    assertThat(replies.requested).isEqualTo(3);
    other.onAborted(new ShoalException(ErrorCode.CANCELLED, "", "enough"));
    drain();
  }

  @Test
  void waitingForTheBudget_aborted_leavesTheQueue() {
    var permit = budget.tryAcquire(500);
    open();
    sent = 1;
    sendFrame();
    assertThat(budget.waiting()).isEqualTo(1);

    session.onAborted(new ShoalException(ErrorCode.CANCELLED, "", "enough"));

    assertThat(budget.waiting()).isZero();
    assertThat(writer.closed).isTrue();
    assertThat(permit).isNotNull();
    permit.release();
  }

  @Test
  void abortedWhileOpening_writerThatComesLateIsClosed() {
    session.onFrame(frame(opening(2_000), 0, FRAME, false));
    session.onAborted(new ShoalException(ErrorCode.CANCELLED, "", "enough"));

    store.writers.get(0).complete(writer);

    assertThat(writer.closed).isTrue();
    assertThat(replies.sent).isEmpty();
  }

  @Test
  void expiredGrant_isRefusedWithoutAskingTheVolume() {
    session.onFrame(frame(opening(999), 0, FRAME, false));

    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.GRANT_EXPIRED);
    assertThat(store.requests).isEmpty();
  }

  /** Rule G4: whoever does not know the cluster's key can write no chunk. */
  @Test
  void forgedGrant_isRefusedWithoutAskingTheVolume() {
    byte[] guessed = new byte[SigningKey.SECRET_BYTES];
    guessed[0] = 1;

    session.onFrame(frame(opening(new SigningKey(KEY.id(), guessed), 2_000), 0, FRAME, false));

    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.GRANT_INVALID);
    assertThat(store.requests).isEmpty();
  }

  @Test
  void failedAppend_endsTheStreamWithItsError() {
    open();
    sent = 1;
    sendFrame();
    writer.payloads.get(0).release();
    writer
        .appends
        .get(0)
        .completeExceptionally(new ShoalException(ErrorCode.VOLUME_FENCED, "volume 3", "EIO"));

    assertThat(replies.failure).isNotNull();
    assertThat(replies.failure.code()).isEqualTo(ErrorCode.VOLUME_FENCED);
    assertThat(writer.closed).isTrue();
  }

  @Test
  void framesAfterTheEnd_areReleased() {
    session.onAborted(new ShoalException(ErrorCode.CANCELLED, "", "enough"));
    ByteBuf payload = Unpooled.directBuffer(1).writeZero(1);

    session.onFrame(new WriteFrame(null, 0, 0, false, false, payload));

    assertThat(payload.refCnt()).isZero();
  }

  @Test
  void finish_waitsForEverythingThenEndsTheStream() {
    open();
    session.onFrame(frame(null, 0, FRAME, true));
    assertThat(writer.finished).isTrue();
    assertThat(replies.requested).as("nothing comes after it").isEqualTo(2);
    session.onEnd();
    writer.take(0, FRAME);
    assertThat(replies.finished).isFalse();

    writer.flushes.get(0).complete(new DurableLength(FRAME, 8));

    assertThat(replies.last()).isEqualTo(new WriteAck(FRAME, FRAME, 8, 3));
    assertThat(replies.finished).isTrue();
    assertThat(writer.closed).isTrue();
  }

  @Test
  void halfClose_withAppendsUnderWay_waitsForThem() {
    open();
    sent = 1;
    sendFrame();
    session.onEnd();
    assertThat(replies.finished).isFalse();

    writer.take(0, FRAME);

    assertThat(replies.last().receivedBytes()).isEqualTo(FRAME);
    assertThat(replies.finished).isTrue();
    assertThat(writer.finished).isFalse();
  }

  @Test
  void acksThatAreNotTaken_areHeldBackAndToldAsOne() {
    open();
    int before = replies.sent.size();
    replies.ready = false;
    sent = 1;
    for (int i = 0; i < 20; i++) {
      sendFrame();
      writer.take(i, (i + 1) * FRAME);
    }
    assertThat(replies.sent).hasSize(before);

    replies.ready = true;
    session.onReady();

    assertThat(replies.sent).hasSize(before + 1);
    assertThat(replies.last().receivedBytes()).isEqualTo(20 * FRAME);
    drain();
  }
}
