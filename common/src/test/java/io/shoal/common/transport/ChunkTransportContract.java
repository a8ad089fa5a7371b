package io.shoal.common.transport;

import static io.shoal.common.transport.ScriptedHandler.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every pair of ends has to do. A subclass says which ends; the storage node behind the server
 * is played by the test.
 *
 * <p>Errors that only one of our ends can notice are tested where that end is.
 */
@ExtendWith(NoLeaks.class)
@TestInstance(Lifecycle.PER_CLASS)
abstract class ChunkTransportContract {
  static final NodeId NODE = new NodeId(7);
  static final ChunkId CHUNK = new ChunkId(0xF234_5678_9ABC_DEF0L);
  static final StreamLimits LIMITS = StreamLimits.idle(Duration.ofSeconds(30));
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  /** What may be under way on one stream: windows and thresholds of both ends, and some frames. */
  private static final int UNDER_WAY_LIMIT_BYTES = 32 * MIB;

  /** A server that listens. */
  interface Listening extends AutoCloseable {
    HostPort address();

    @Override
    void close();
  }

  final FakeClock clock = new FakeClock();
  EventLoops loops;
  ScriptedHandler handler;
  Listening server;
  ChunkTransport client;
  HostPort node;

  abstract ChunkTransport newClient();

  abstract Listening serve(ChunkHandler handler, int port);

  @BeforeAll
  void startLoops() {
    loops =
        EventLoops.start(
            "test", 2, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
  }

  @AfterAll
  void stopLoops() {
    loops.close();
  }

  @BeforeEach
  void startEnds() {
    handler = new ScriptedHandler();
    server = serve(handler, 0);
    node = server.address();
    client = newClient();
  }

  @AfterEach
  void stopEnds() {
    client.close();
    server.close();
  }

  // ------------------------------------------------------------------------------------------
  // writing

  @Test
  void write_framesOfAllSizes_arriveInOrderAndWhole() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    int[] sizes = {0, 1, 100, 15 * KIB, 16 * KIB, 16 * KIB + 1, 100 * KIB, MIB, 4 * MIB};
    List<byte[]> sent = new ArrayList<>();
    int offset = 0;
    for (int size : sizes) {
      byte[] bytes = randomBytes(size, size);
      sent.add(bytes);
      stream.send(
          new WriteFrame(
              offset == 0 && size == 0 ? opening() : null,
              offset,
              Crc32c.of(bytes),
              size == MIB,
              size == 4 * MIB,
              directBuffer(bytes)));
      offset += size;
    }
    stream.halfClose();

    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(sizes.length);
    int expectedOffset = 0;
    for (byte[] bytes : sent) {
      ScriptedHandler.Arrived frame = take(write.frames);
      assertThat(frame.frame().offset()).isEqualTo(expectedOffset);
      assertThat(frame.bytes()).isEqualTo(bytes);
      assertThat(frame.frame().crc32c()).isEqualTo(Crc32c.of(bytes));
      assertThat(frame.frame().flush()).isEqualTo(bytes.length == MIB);
      assertThat(frame.frame().finish()).isEqualTo(bytes.length == 4 * MIB);
      assertThat(frame.frame().opening()).isEqualTo(bytes.length == 0 ? opening() : null);
      expectedOffset += bytes.length;
    }
    assertThat(Await.result(write.end)).isTrue();
    WriteAck ack = new WriteAck(expectedOffset, expectedOffset, 0xFEDC_BA98, 3);
    write.replies.send(ack);
    write.replies.finish();
    assertThat(take(acks.acks)).isEqualTo(ack);
    acks.success();
  }

  @Test
  void write_oneBufferToThreeNodes_isReleasedByEach() {
    byte[] bytes = randomBytes(300 * KIB, 1);
    ByteBuf payload = directBuffer(bytes);
    List<WriteStream> streams = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      WriteStream stream = client.openWrite(node, LIMITS, new RecordedStream());
      streams.add(stream);
      stream.send(
          new WriteFrame(opening(), 0, Crc32c.of(bytes), true, false, payload.retainedDuplicate()));
    }
    for (int i = 0; i < 3; i++) {
      ScriptedHandler.Write write = take(handler.writes);
      write.replies.request(1);
      assertThat(take(write.frames).bytes()).isEqualTo(bytes);
    }
    Await.until("only the sender's reference is left", () -> payload.refCnt() == 1);
    payload.release();
    streams.forEach(stream -> stream.cancel(cancelled()));
  }

  @Test
  void write_nodeTakesNothing_streamStopsBeingReady() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[1], opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(1);
    take(write.frames);

    long sentBytes = 0;
    byte[] bytes = new byte[MIB];
    while (Await.holdsWithin(Duration.ofMillis(200), stream::isReady)) {
      stream.send(frame(1 + (int) sentBytes, bytes, null));
      sentBytes += bytes.length;
      assertThat(sentBytes).isLessThan(UNDER_WAY_LIMIT_BYTES);
    }

    acks.ready.drainPermits();
    write.replies.request(Integer.MAX_VALUE);
    for (long taken = 0; taken < sentBytes; taken += bytes.length) {
      assertThat(take(write.frames).frame().offset()).isEqualTo(1 + (int) taken);
    }
    Await.until("the stream is ready again", () -> acks.ready.tryAcquire());
    stream.cancel(cancelled());
  }

  @Test
  void write_nodeStops_otherStreamsGoOn() {
    WriteStream stalled = client.openWrite(node, LIMITS, new RecordedStream());
    stalled.send(frame(0, new byte[1], opening()));
    take(handler.writes);
    byte[] bytes = new byte[MIB];
    int offset = 1;
    while (Await.holdsWithin(Duration.ofMillis(200), stalled::isReady)) {
      stalled.send(frame(offset, bytes, null));
      offset += bytes.length;
    }

    WriteStream other = client.openWrite(node, LIMITS, new RecordedStream());
    other.send(frame(0, randomBytes(MIB, 1), opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(1);
    assertThat(take(write.frames).bytes()).isEqualTo(randomBytes(MIB, 1));
    stalled.cancel(cancelled());
    other.cancel(cancelled());
  }

  @Test
  void write_nodeFails_writerGetsTheTypedError() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[64 * KIB], opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.send(new WriteAck(5, 4, 1, 2));
    write.replies.fail(
        new ShoalException(
            ErrorCode.OUT_OF_SPACE, "volume 2 – größer", "no room: 1 (expected: 2)", 1_500, null));

    ShoalException failure = acks.failure();
    assertThat(take(acks.acks)).isEqualTo(new WriteAck(5, 4, 1, 2));
    assertThat(failure.code()).isEqualTo(ErrorCode.OUT_OF_SPACE);
    assertThat(failure.subject()).isEqualTo("volume 2 – größer");
    assertThat(failure.getMessage()).isEqualTo("no room: 1 (expected: 2)");
    assertThat(failure.retryAfterMillis()).isEqualTo(1_500);
    assertThat(write.aborted).isNotDone();
  }

  @Test
  void write_afterTheEnd_framesAreDropped() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[10], opening()));
    take(handler.writes).replies.fail(cancelled());
    acks.failure();

    ByteBuf payload = directBuffer(new byte[100]);
    stream.send(new WriteFrame(null, 10, 0, false, false, payload));

    assertThat(payload.refCnt()).isZero();
  }

  @Test
  void write_cancelledByWriter_nodeHearsOfIt() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[MIB], opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(1);
    take(write.frames);

    stream.cancel(cancelled());

    assertThat(acks.failure().getMessage()).isEqualTo("enough");
    assertThat(Await.result(write.aborted).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(write.end).isNotDone();
  }

  @Test
  void write_cancelledWithFramesEverywhere_everythingIsReleased() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    ByteBuf payload = directBuffer(new byte[MIB]);
    for (int i = 0; i < 20; i++) {
      stream.send(
          new WriteFrame(
              i == 0 ? opening() : null, i * MIB, 0, false, false, payload.retainedDuplicate()));
    }

    stream.cancel(cancelled());

    acks.failure();
    Await.until("only the sender's reference is left", () -> payload.refCnt() == 1);
    payload.release();
  }

  @Test
  void write_nodeEndsTheStream_writerHearsOfIt() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[10], opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(2);
    take(write.frames);
    write.replies.finish();

    acks.success();
    assertThat(write.aborted).isNotDone();
  }

  // ------------------------------------------------------------------------------------------
  // reading

  @Test
  void read_range_arrivesInOrderAndWhole() {
    int[] sizes = {1, 100, 15 * KIB, 16 * KIB, 16 * KIB + 1, 256 * KIB, MIB};
    int total = 0;
    for (int size : sizes) {
      total += size;
    }
    ReadRange range = new ReadRange(CHUNK, 5, total, NODE);
    RecordedStream frames = new RecordedStream();
    client.openRead(node, range, LIMITS, frames).request(sizes.length);

    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    assertThat(read.request).isEqualTo(range);
    int offset = 5;
    for (int size : sizes) {
      byte[] bytes = randomBytes(size, size);
      read.replies.send(new ReadFrame(offset, Crc32c.of(bytes), directBuffer(bytes)));
      offset += size;
    }
    read.replies.finish();

    int expectedOffset = 5;
    for (int size : sizes) {
      RecordedStream.Arrived frame = take(frames.frames);
      assertThat(frame.offset()).isEqualTo(expectedOffset);
      assertThat(frame.bytes()).isEqualTo(randomBytes(size, size));
      assertThat(frame.crc32c()).isEqualTo(Crc32c.of(frame.bytes()));
      expectedOffset += size;
    }
    frames.success();
    assertThat(read.aborted).isNotDone();
  }

  @Test
  void read_frameByFrame_lastFrameComesBeforeTheEnd() {
    RecordedStream frames = new RecordedStream();
    ReadStream stream = client.openRead(node, new ReadRange(CHUNK, 0, 50, NODE), LIMITS, frames);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    for (int i = 0; i < 5; i++) {
      read.replies.send(new ReadFrame(i * 10, 0, directBuffer(randomBytes(10, i))));
    }
    read.replies.finish();

    for (int i = 0; i < 5; i++) {
      assertThat(frames.frames).isEmpty();
      assertThat(frames.isClosed()).isFalse();
      stream.request(1);
      assertThat(take(frames.frames).bytes()).isEqualTo(randomBytes(10, i));
    }
    frames.success();
    assertThat(frames.frames).isEmpty();
  }

  @Test
  void read_slowReader_nodeStopsBeingReady() {
    RecordedStream frames = new RecordedStream();
    ReadStream stream =
        client.openRead(node, new ReadRange(CHUNK, 0, 1 << 30, NODE), LIMITS, frames);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);

    int sentBytes = pumpWhileReady(read);
    read.becameReady.set(false);
    stream.request(Integer.MAX_VALUE);

    for (int taken = 0; taken < sentBytes; taken += MIB) {
      assertThat(take(frames.frames).offset()).isEqualTo(taken);
    }
    Await.until("the stream is ready again", read.becameReady::get);
    assertThat(read.replies.isReady()).isTrue();
    stream.cancel(cancelled());
  }

  @Test
  void read_stalledReader_otherStreamsGoOn() {
    ReadStream stalled =
        client.openRead(node, new ReadRange(CHUNK, 0, 1 << 30, NODE), LIMITS, new RecordedStream());
    pumpWhileReady(take(handler.reads));

    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, MIB, NODE), LIMITS, frames).request(1);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    read.replies.send(new ReadFrame(0, 0, directBuffer(new byte[MIB])));
    read.replies.finish();

    assertThat(take(frames.frames).bytes()).hasSize(MIB);
    frames.success();
    stalled.cancel(cancelled());
  }

  @Test
  void read_nodeFailsAtOnce_readerGetsTheTypedError() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 1 << 29, 1, NODE), LIMITS, frames).request(1);
    take(handler.reads)
        .replies
        .fail(
            new ShoalException(ErrorCode.REPLICA_SHORT, "chunk 1", "it has 3 bytes (expected: 5)"));

    ShoalException failure = frames.failure();
    assertThat(failure.code()).isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(failure.getMessage()).isEqualTo("it has 3 bytes (expected: 5)");
  }

  @Test
  void read_nodeFailsHalfway_readerGetsWhatCameBefore() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 100, NODE), LIMITS, frames).request(10);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    read.replies.send(new ReadFrame(0, 0, directBuffer(randomBytes(40, 1))));
    read.replies.fail(new ShoalException(ErrorCode.CHECKSUM_MISMATCH, "chunk 1", "block 1 is bad"));

    assertThat(frames.failure().code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
    assertThat(take(frames.frames).bytes()).isEqualTo(randomBytes(40, 1));
  }

  @Test
  void read_cancelledByReader_nodeHearsOfItAndLateFramesAreReleased() {
    RecordedStream frames = new RecordedStream();
    ReadStream stream =
        client.openRead(node, new ReadRange(CHUNK, 0, 1 << 30, NODE), LIMITS, frames);
    stream.request(1);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    for (int i = 0; i < 3; i++) {
      read.replies.send(new ReadFrame(i * MIB, 0, directBuffer(new byte[MIB])));
    }
    take(frames.frames);

    stream.cancel(cancelled());

    assertThat(frames.failure().getMessage()).isEqualTo("enough");
    assertThat(Await.result(read.aborted).code()).isEqualTo(ErrorCode.CANCELLED);
    ByteBuf late = directBuffer(new byte[MIB]);
    read.replies.send(new ReadFrame(3 * MIB, 0, late));
    assertThat(late.refCnt()).isZero();
    assertThat(frames.frames).isEmpty();
  }

  @Test
  void read_afterACancelledOne_worksOnTheSameConnection() {
    for (int i = 0; i < 20; i++) {
      RecordedStream frames = new RecordedStream();
      ReadStream stream =
          client.openRead(node, new ReadRange(CHUNK, i, 2 * MIB, NODE), LIMITS, frames);
      stream.request(2);
      ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
      assertThat(read.request.offset()).isEqualTo(i);
      read.replies.send(new ReadFrame(i, 0, directBuffer(new byte[MIB])));
      take(frames.frames);
      stream.cancel(cancelled());
      frames.failure();
    }
  }

  @Test
  void close_withStreamsOpen_endsThemAtBothEnds() {
    RecordedStream acks = new RecordedStream();
    RecordedStream frames = new RecordedStream();
    WriteStream writing = client.openWrite(node, LIMITS, acks);
    writing.send(frame(0, new byte[MIB], opening()));
    client.openRead(node, new ReadRange(CHUNK, 0, 100, NODE), LIMITS, frames);
    ScriptedHandler.Write write = take(handler.writes);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);

    client.close();

    assertThat(acks.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(frames.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    Await.result(write.aborted);
    Await.result(read.aborted);
  }

  @Test
  void nodeDies_streamsFailAndNameIt() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 100, NODE), LIMITS, frames).request(1);
    take(handler.reads);

    server.close();

    ShoalException failure = frames.failure();
    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.toString()).contains(node.toString());
  }

  @Test
  void deadlinePasses_streamFails() {
    RecordedStream frames = new RecordedStream();
    StreamLimits limits =
        new StreamLimits(
            Duration.ofSeconds(30),
            Deadline.after(Duration.ofMillis(deadlineMillis()), TimeSource.system()));
    client.openRead(node, new ReadRange(CHUNK, 0, 100, NODE), limits, frames).request(1);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);

    if (deadlineMillis() > 0) {
      assertThat(frames.failure().code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      assertThat(Await.result(read.aborted).code()).isEqualTo(ErrorCode.CANCELLED);
    }
  }

  /** The stock client has no deadline in its adapter. */
  int deadlineMillis() {
    return 300;
  }

  // ---------------------------------------------------------------------------- describing and
  // listing

  @Test
  void describe_chunks_areReportedInOrder() {
    List<ChunkReport> reports =
        List.of(
            new ChunkReport(CHUNK, ChunkReport.State.OPEN, 10, 0xFFFF_FFFF, 3, 1_700_000_000_123L),
            ChunkReport.unknown(new ChunkId(1)),
            new ChunkReport(new ChunkId(2), ChunkReport.State.CLOSED, 1 << 30, 5, 1, 9));
    handler.describer = chunks -> CompletableFuture.completedFuture(reports);

    assertThat(
            Await.result(
                client.describe(node, reports.stream().map(ChunkReport::chunkId).toList(), soon())))
        .isEqualTo(reports);
  }

  @Test
  void describe_nodeFails_failsWithTheTypedError() {
    handler.describer =
        chunks ->
            CompletableFuture.failedFuture(
                new ShoalException(ErrorCode.OVERLOADED, "node", "too much", 7, null));

    ShoalException failure = Await.failure(client.describe(node, List.of(CHUNK), soon()));

    assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failure.retryAfterMillis()).isEqualTo(7);
  }

  @Test
  void inventory_pages_comeAsTheyAreAskedFor() {
    RecordedStream pages = new RecordedStream();
    ReadStream stream = client.openInventory(node, 0xF000_0000_0000_0000L, LIMITS, pages);
    ScriptedHandler.Reply<Long, List<ChunkReport>> inventory = take(handler.inventories);
    assertThat(inventory.request).isEqualTo(0xF000_0000_0000_0000L);
    List<ChunkReport> first =
        List.of(closed(0xF000_0000_0000_0001L), closed(0xF000_0000_0000_0002L));
    List<ChunkReport> second = List.of(closed(0xF000_0000_0000_0005L));
    inventory.replies.send(first);
    inventory.replies.send(second);
    inventory.replies.finish();

    stream.request(1);
    assertThat(take(pages.pages)).isEqualTo(first);
    assertThat(pages.pages).isEmpty();
    stream.request(1);
    assertThat(take(pages.pages)).isEqualTo(second);
    pages.success();
  }

  // --------------------------------------------------------------------------------------------
  // helpers

  static ChunkReport closed(long id) {
    return new ChunkReport(new ChunkId(id), ChunkReport.State.CLOSED, 1, 2, 3, 4);
  }

  static ShoalException cancelled() {
    return new ShoalException(ErrorCode.CANCELLED, "test", "enough");
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20), TimeSource.system());
  }

  static WriteOpening opening() {
    GrantSigner signer = new GrantSigner(new SigningKey(1, new byte[32]));
    GrantTerms terms =
        new GrantTerms(CHUNK, new SessionId(-1), List.of(NODE), 1_000, 1 << 24, 1, 60_000);
    return new WriteOpening(signer.sign(terms), 0xFEDC_BA98_7654_3210L, NODE);
  }

  static WriteFrame frame(int offset, byte[] bytes, @Nullable WriteOpening opening) {
    return new WriteFrame(opening, offset, Crc32c.of(bytes), false, false, directBuffer(bytes));
  }

  static ByteBuf directBuffer(byte[] bytes) {
    return Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Sends frames as long as the stream takes some, and returns how many bytes that were. */
  private static int pumpWhileReady(ScriptedHandler.Reply<ReadRange, ReadFrame> read) {
    int sentBytes = 0;
    while (Await.holdsWithin(Duration.ofMillis(200), read.replies::isReady)) {
      read.replies.send(new ReadFrame(sentBytes, 0, directBuffer(new byte[MIB])));
      sentBytes += MIB;
      assertThat(sentBytes).isLessThan(UNDER_WAY_LIMIT_BYTES);
    }
    return sentBytes;
  }
}
