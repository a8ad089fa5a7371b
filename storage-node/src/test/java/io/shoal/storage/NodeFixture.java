package io.shoal.storage;

import static io.shoal.storage.heartbeat.FakeLeader.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.ChunkReport;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.InventoryListener;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.StreamLimits;
import io.shoal.common.transport.TransportSettings;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteListener;
import io.shoal.common.transport.WriteOpening;
import io.shoal.common.transport.WriteStream;
import io.shoal.storage.heartbeat.FakeLeader;
import io.shoal.storage.heartbeat.HeartbeatConfig;
import io.shoal.storage.rpc.StreamConfig;
import io.shoal.storage.scrub.ScrubConfig;
import io.shoal.storage.trash.TrashConfig;
import io.shoal.storage.volume.StoreConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A leader, a node on real disks and a client of its streams, and what tests say to them in one
 * line.
 */
final class NodeFixture implements AutoCloseable {
  static final StreamLimits LIMITS = StreamLimits.idle(Duration.ofSeconds(20));
  static final int CHUNK_LIMIT = 16 << 20;

  final EventLoops loops =
      EventLoops.start(
          "test", 2, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
  final SystemTimer timer = new SystemTimer();
  final RecordedFaults faults = new RecordedFaults();
  final FakeLeader leader = FakeLeader.start(loops);
  final ChunkTransport client =
      new GrpcChunkTransport(
          loops, RpcSettings.defaults(), TransportSettings.defaults(), TimeSource.system(), timer);
  private final Path directory;

  NodeFixture(Path directory) {
    this.directory = directory;
  }

  Path secretFile() {
    Path file = directory.resolve("secret");
    try {
      Files.writeString(file, FakeLeader.SECRET + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  StorageNodeConfig config(Path... dataDirectories) {
    return new StorageNodeConfig(
        StorageNodeConfig.Endpoint.loopback(0),
        List.of(dataDirectories),
        secretFile(),
        new StoreConfig(StoreConfig.defaults().chunks(), StoreConfig.defaults().index(), 1 << 20),
        StreamConfig.defaults(),
        HeartbeatConfig.defaults(List.of(leader.address())),
        ScrubConfig.defaults(),
        TrashConfig.defaults(),
        Duration.ofSeconds(20));
  }

  /** Returns the configuration of a node that asks every 100 ms what it may forget. */
  StorageNodeConfig askingConfig(TrashConfig trash, Path... dataDirectories) {
    StorageNodeConfig usual = config(dataDirectories);
    HeartbeatConfig heartbeat = usual.heartbeat();
    return new StorageNodeConfig(
        usual.endpoint(),
        usual.dataDirectories(),
        usual.secretFile(),
        usual.store(),
        usual.streams(),
        new HeartbeatConfig(
            heartbeat.metadataServers(),
            heartbeat.firstBackoff(),
            heartbeat.maxBackoff(),
            heartbeat.silenceLimit(),
            Duration.ofMillis(100)),
        usual.scrub(),
        trash,
        usual.drainLimit());
  }

  /** Starts a node and waits until it serves. */
  StorageNode start(Path... dataDirectories) {
    return start(config(dataDirectories));
  }

  /** Starts a node and waits until it serves. */
  StorageNode start(StorageNodeConfig config) {
    StorageNode node = StorageNode.start(config, () -> config, "test", faults);
    try {
      Await.result(node.serving());
    } catch (ShoalException | AssertionError failure) {
      node.close();
      throw failure;
    }
    return node;
  }

  static HostPort addressOf(StorageNode node) {
    return new HostPort("127.0.0.1", node.port());
  }

  static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static ByteBuf direct(byte[] bytes) {
    return Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  /** A stream that writes, and what it heard. */
  final class Writing implements WriteListener {
    final BlockingQueue<WriteAck> acks = new LinkedBlockingQueue<>();
    final CompletableFuture<@Nullable ShoalException> closed = new CompletableFuture<>();
    final WriteStream stream;

    Writing(StorageNode node) {
      stream = client.openWrite(addressOf(node), LIMITS, this);
    }

    Writing send(
        @Nullable WriteOpening opening, int offset, byte[] bytes, boolean flush, boolean finish) {
      stream.send(new WriteFrame(opening, offset, Crc32c.of(bytes), flush, finish, direct(bytes)));
      return this;
    }

    /** Waits for an ack that tells of so many durable bytes. */
    WriteAck durable(int bytes) {
      WriteAck ack = take(acks);
      while (ack.durableBytes() < bytes) {
        ack = take(acks);
      }
      assertThat(ack.durableBytes()).isEqualTo(bytes);
      return ack;
    }

    ShoalException failure() {
      @Nullable ShoalException failure = Await.result(closed);
      assertThat(failure).as("failure of the stream").isNotNull();
      return failure;
    }

    void success() {
      assertThat(Await.result(closed)).isNull();
    }

    @Override
    public void onReady() {}

    @Override
    public void onAck(WriteAck ack) {
      acks.add(ack);
    }

    @Override
    public void onClosed(@Nullable ShoalException failure) {
      closed.complete(failure);
    }
  }

  /** Writes and finishes a chunk in frames of a size. */
  WriteAck put(StorageNode node, ChunkId chunk, byte[] bytes, int frameBytes) {
    Writing writing = new Writing(node);
    int offset = 0;
    do {
      int length = Math.min(frameBytes, bytes.length - offset);
      byte[] frame = Arrays.copyOfRange(bytes, offset, offset + length);
      writing.send(
          offset == 0 ? leader.grant(chunk, CHUNK_LIMIT, 1) : null,
          offset,
          frame,
          false,
          offset + length == bytes.length);
      offset += length;
    } while (offset < bytes.length);
    writing.stream.halfClose();
    WriteAck ack = writing.durable(bytes.length);
    writing.success();
    return ack;
  }

  /** Reads a range, checking every frame's checksum. */
  CompletableFuture<byte[]> read(StorageNode node, ChunkId chunk, int offset, int length) {
    return read(node, new ReadRange(chunk, offset, length, FakeLeader.NODE));
  }

  CompletableFuture<byte[]> read(StorageNode node, ReadRange range) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    client
        .openRead(
            addressOf(node),
            range,
            LIMITS,
            new ReadListener() {
              @Override
              public void onFrame(ReadFrame frame) {
                assertThat(Crc32c.of(frame.payload())).isEqualTo(frame.crc32c());
                bytes.writeBytes(ByteBufUtil.getBytes(frame.payload()));
                frame.release();
              }

              @Override
              public void onClosed(@Nullable ShoalException failure) {
                if (failure == null) {
                  result.complete(bytes.toByteArray());
                } else {
                  result.completeExceptionally(failure);
                }
              }
            })
        .request(Integer.MAX_VALUE);
    return result;
  }

  List<ChunkReport> describe(StorageNode node, ChunkId... chunks) {
    return Await.result(
        client.describe(
            addressOf(node),
            List.of(chunks),
            Deadline.after(Duration.ofSeconds(20), TimeSource.system())));
  }

  List<ChunkReport> inventory(StorageNode node, long after) {
    CompletableFuture<List<ChunkReport>> result = new CompletableFuture<>();
    List<ChunkReport> all = new ArrayList<>();
    client
        .openInventory(
            addressOf(node),
            after,
            LIMITS,
            new InventoryListener() {
              @Override
              public void onPage(List<ChunkReport> page) {
                all.addAll(page);
              }

              @Override
              public void onClosed(@Nullable ShoalException failure) {
                if (failure == null) {
                  result.complete(all);
                } else {
                  result.completeExceptionally(failure);
                }
              }
            })
        .request(Integer.MAX_VALUE);
    return Await.result(result);
  }

  @Override
  public void close() {
    client.close();
    leader.close();
    timer.close();
    loops.close();
    faults.assertNone();
  }
}
