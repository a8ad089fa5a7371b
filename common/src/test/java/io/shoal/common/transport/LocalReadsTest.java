package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.CHUNK;
import static io.shoal.common.transport.ChunkTransportContract.LIMITS;
import static io.shoal.common.transport.ChunkTransportContract.NODE;
import static io.shoal.common.transport.ChunkTransportContract.cancelled;
import static io.shoal.common.transport.ChunkTransportContract.directBuffer;
import static io.shoal.common.transport.ChunkTransportContract.randomBytes;
import static io.shoal.common.transport.ScriptedHandler.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Long ranges that a reader on the node's machine reads from the node's file. */
@ExtendWith(NoLeaks.class)
final class LocalReadsTest {
  private static final int BLOCK = LocalFile.BLOCK_BYTES;

  /** The chunk: 40 blocks in the file, and 100 bytes in the index. */
  private static final int FILE_BYTES = 40 * BLOCK;

  private final byte[] chunk = randomBytes(FILE_BYTES + 100, 7);
  private final FakeClock clock = new FakeClock();
  private final ScriptedHandler handler = new ScriptedHandler();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final AtomicInteger asked = new AtomicInteger();
  @TempDir private Path directory;
  private Path file;
  private boolean hot = true;
  private EventLoops loops;
  private RpcServer server;
  private ChunkTransport client;

  @BeforeEach
  void start() throws IOException {
    file = Files.write(directory.resolve("chunk"), Arrays.copyOf(chunk, FILE_BYTES));
    handler.localFiles = range -> CompletableFuture.completedFuture(place(range));
    loops =
        EventLoops.start(
            "test", 2, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
    server =
        RpcServers.start(
            new HostPort("127.0.0.1", 0),
            List.of(
                new ChunkTransportServer(handler, RpcSettings.defaults(), loops.allocator())
                    .service()),
            loops,
            RpcSettings.defaults());
    client = transport(threads);
  }

  private ChunkTransport transport(Executor fileThreads) {
    return new GrpcChunkTransport(
        loops,
        RpcSettings.defaults(),
        TransportSettings.defaults(),
        clock,
        clock,
        new LocalFiles(fileThreads, "127.0.0.1"::equals, clock));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
    threads.shutdown();
  }

  private LocalFile place(ReadRange range) {
    asked.incrementAndGet();
    int begin = range.offset() / BLOCK * BLOCK;
    int end = Math.min(chunk.length, (range.end() + BLOCK - 1) / BLOCK * BLOCK);
    int[] crcs = new int[(end - begin + BLOCK - 1) / BLOCK];
    for (int i = 0; i < crcs.length; i++) {
      int at = begin + i * BLOCK;
      crcs[i] = Crc32c.of(chunk, at, Math.min(BLOCK, end - at));
    }
    int fileEnd = Math.min(end, FILE_BYTES);
    return new LocalFile(
        file.toString(), begin, end, crcs, ByteBuffer.wrap(chunk, fileEnd, end - fileEnd), hot);
  }

  private RecordedStream read(int offset, int length, int frames) {
    RecordedStream stream = new RecordedStream();
    client
        .openRead(server.address(), new ReadRange(CHUNK, offset, length, NODE), LIMITS, stream)
        .request(frames);
    return stream;
  }

  /** Takes frames until they are as long as the range, and checks each. */
  private byte[] bytesOf(RecordedStream stream, int offset, int length) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (all.size() < length) {
      var frame = take(stream.frames);
      assertThat(frame.offset()).isEqualTo(offset + all.size());
      assertThat(frame.crc32c()).isEqualTo(Crc32c.of(frame.bytes()));
      all.writeBytes(frame.bytes());
    }
    return all.toByteArray();
  }

  private byte[] part(int offset, int length) {
    return Arrays.copyOfRange(chunk, offset, offset + length);
  }

  /** Answers as a node does that is asked for a range in the usual way. */
  private void serve(ScriptedHandler.Reply<ReadRange, ReadFrame> read) {
    int from = read.request.offset();
    byte[] bytes = part(from, read.request.length());
    read.replies.finish(new ReadFrame(from, Crc32c.of(bytes), directBuffer(bytes)));
  }

  @Test
  void longRange_comesFromTheFile_andNothingFromTheNode() {
    RecordedStream stream = read(0, FILE_BYTES, 100);
    assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
    stream.success();
    assertThat(handler.reads).isEmpty();
  }

  /** Where the file system knows nothing of the kind, it is read as if it was hot. */
  @Test
  void rangeThatIsNotHot_isReadPastThePageCache() {
    hot = false;
    RecordedStream stream = read(17, chunk.length - 20, 100);
    assertThat(bytesOf(stream, 17, chunk.length - 20)).isEqualTo(part(17, chunk.length - 20));
    stream.success();
    assertThat(handler.reads).isEmpty();
  }

  @Test
  void range_thatBeginsAndEndsWithinBlocks_andInTheIndex_isWhole() {
    int offset = 3 * BLOCK + 17;
    for (int end : new int[] {chunk.length, chunk.length - 1, FILE_BYTES, FILE_BYTES - 5}) {
      RecordedStream stream = read(offset, end - offset, 100);
      assertThat(bytesOf(stream, offset, end - offset)).isEqualTo(part(offset, end - offset));
      stream.success();
    }
    assertThat(handler.reads).isEmpty();
  }

  @Test
  void frames_comeAsTheyAreAskedFor() {
    RecordedStream stream = new RecordedStream();
    ReadStream open =
        client.openRead(
            server.address(), new ReadRange(CHUNK, 0, FILE_BYTES, NODE), LIMITS, stream);
    open.request(1);
    int first = take(stream.frames).bytes().length;
    open.request(1);
    int second = take(stream.frames).bytes().length;
    assertThat(stream.frames).isEmpty();
    open.request(10);
    bytesOf(stream, first + second, FILE_BYTES - first - second);
    stream.success();
  }

  @Test
  void shortRange_isLeftToTheNode() {
    RecordedStream stream = read(0, 256 << 10, 100);
    serve(take(handler.reads));
    assertThat(bytesOf(stream, 0, 256 << 10)).isEqualTo(part(0, 256 << 10));
    stream.success();
    assertThat(asked).hasValue(0);
  }

  @Test
  void damagedBlock_theRestComesFromTheNode() throws IOException {
    byte[] damaged = Arrays.copyOf(chunk, FILE_BYTES);
    damaged[20 * BLOCK + 1] ^= 1;
    Files.write(file, damaged);
    RecordedStream stream = read(0, FILE_BYTES, 100);
    var rest = take(handler.reads);
    assertThat(rest.request.offset()).isEqualTo(16 * BLOCK);
    assertThat(rest.request.end()).isEqualTo(FILE_BYTES);
    serve(rest);
    assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
    stream.success();
  }

  @Test
  void fileThatIsTooShort_theRestComesFromTheNode() throws IOException {
    Files.write(file, Arrays.copyOf(chunk, 18 * BLOCK));
    RecordedStream stream = read(0, FILE_BYTES, 100);
    serve(take(handler.reads));
    assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
    stream.success();
  }

  @Test
  void fileThatCannotBeOpened_comesFromTheNode_andIsNotAskedForAgainForAWhile() throws IOException {
    Files.delete(file);
    for (int i = 0; i < 3; i++) {
      RecordedStream stream = read(0, FILE_BYTES, 100);
      serve(take(handler.reads));
      assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
      stream.success();
    }
    assertThat(asked).hasValue(1);
    Files.write(file, Arrays.copyOf(chunk, FILE_BYTES));
    clock.advance(Duration.ofSeconds(61));
    RecordedStream stream = read(0, FILE_BYTES, 100);
    assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
    assertThat(asked).hasValue(2);
  }

  /** The client has ended its threads, or has no room for more work on them. */
  @Test
  void threadsThatTakeNoMoreWork_theRestComesFromTheNode_andTheFileIsClosed() throws IOException {
    AtomicInteger left = new AtomicInteger(1);
    client.close();
    client =
        transport(
            task -> {
              if (left.getAndDecrement() <= 0) {
                throw new RejectedExecutionException("no more");
              }
              task.run();
            });
    RecordedStream stream = new RecordedStream();
    ReadStream open =
        client.openRead(
            server.address(), new ReadRange(CHUNK, 0, FILE_BYTES, NODE), LIMITS, stream);
    Await.until("the file is open", Duration.ofSeconds(20), () -> descriptors() == 1);
    open.request(10);
    serve(take(handler.reads));
    assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
    stream.success();
    assertThat(descriptors()).isZero();
  }

  /** Returns how often this process has the file open. */
  private long descriptors() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(this::isTheFile).count();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private boolean isTheFile(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @Test
  void nodeThatDoesNotTell_isReadFromInTheUsualWay() {
    handler.localFiles =
        range -> {
          asked.incrementAndGet();
          return CompletableFuture.failedFuture(
              new ShoalException(ErrorCode.UNSUPPORTED, "", "not for readers"));
        };
    for (int i = 0; i < 2; i++) {
      RecordedStream stream = read(0, FILE_BYTES, 100);
      serve(take(handler.reads));
      assertThat(bytesOf(stream, 0, FILE_BYTES)).isEqualTo(part(0, FILE_BYTES));
      stream.success();
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void failureOfTheNode_isToldByTheUsualWay() {
    handler.localFiles =
        range ->
            CompletableFuture.failedFuture(
                new ShoalException(ErrorCode.CHUNK_UNKNOWN, "chunk 1", "not here"));
    RecordedStream stream = read(0, FILE_BYTES, 100);
    take(handler.reads)
        .replies
        .fail(new ShoalException(ErrorCode.CHUNK_UNKNOWN, "chunk 1", "not here"));
    assertThat(stream.failure().code()).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
  }

  @Test
  void cancel_whileTheNodeIsAsked_andWhileFramesWait_endsTheStream() {
    RecordedStream waiting = new RecordedStream();
    ReadRange range = new ReadRange(CHUNK, 0, FILE_BYTES, NODE);
    handler.localFiles = asking -> new CompletableFuture<>();
    client.openRead(server.address(), range, LIMITS, waiting).cancel(cancelled());
    assertThat(waiting.failure().code()).isEqualTo(ErrorCode.CANCELLED);

    handler.localFiles = asking -> CompletableFuture.completedFuture(place(asking));
    RecordedStream begun = new RecordedStream();
    ReadStream open = client.openRead(server.address(), range, LIMITS, begun);
    open.request(1);
    take(begun.frames);
    open.cancel(cancelled());
    assertThat(begun.failure().code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(handler.reads).isEmpty();
  }
}
