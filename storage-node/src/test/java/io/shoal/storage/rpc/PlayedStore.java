package io.shoal.storage.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.ChunkTrash;
import io.shoal.storage.volume.StoreLoad;
import io.shoal.storage.volume.VolumeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A store whose answers the test gives: it keeps what it is asked, and never answers by itself. */
public final class PlayedStore implements ChunkStore {
  /** Makes a store. */
  public PlayedStore() {}

  final List<CompletableFuture<ChunkWriter>> writers = new ArrayList<>();
  final List<WriterRequest> requests = new ArrayList<>();
  final List<CompletableFuture<ChunkReader>> readers = new ArrayList<>();

  /** A writer whose appends wait for the test. */
  static final class Writer implements ChunkWriter {
    final List<CompletableFuture<Integer>> appends = new ArrayList<>();
    final List<CompletableFuture<DurableLength>> flushes = new ArrayList<>();
    final List<ByteBuf> payloads = new ArrayList<>();
    final int startBytes;
    boolean finished;
    boolean closed;

    Writer(int startBytes) {
      this.startBytes = startBytes;
    }

    @Override
    public VolumeId volume() {
      return new VolumeId(3);
    }

    @Override
    public int startBytes() {
      return startBytes;
    }

    @Override
    public DurableLength startDurable() {
      return new DurableLength(startBytes, 7);
    }

    @Override
    public CompletableFuture<Integer> append(int offset, int crc32c, ByteBuf payload) {
      CompletableFuture<Integer> append = new CompletableFuture<>();
      appends.add(append);
      payloads.add(payload);
      return append;
    }

    /** Takes over the append with a number; its payload is released then. */
    void take(int number, int length) {
      payloads.get(number).release();
      appends.get(number).complete(length);
    }

    @Override
    public CompletableFuture<DurableLength> flush() {
      CompletableFuture<DurableLength> flush = new CompletableFuture<>();
      flushes.add(flush);
      return flush;
    }

    @Override
    public CompletableFuture<DurableLength> finish() {
      finished = true;
      return flush();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A reader of frames of ten bytes, which wait for the test. */
  static final class Reader implements ChunkReader {
    static final int FRAME_BYTES = 10;
    final List<CompletableFuture<ReadFrame>> frames = new ArrayList<>();
    private final int count;
    boolean closed;

    Reader(int count) {
      this.count = count;
    }

    @Override
    public boolean hasNext() {
      return frames.size() < count;
    }

    @Override
    public CompletableFuture<ReadFrame> next() {
      CompletableFuture<ReadFrame> frame = new CompletableFuture<>();
      frames.add(frame);
      return frame;
    }

    /** Delivers the frame that was asked for last, and returns its buffer. */
    ByteBuf deliver() {
      int number = frames.size() - 1;
      ByteBuf payload = Unpooled.directBuffer(FRAME_BYTES).writeZero(FRAME_BYTES);
      frames.get(number).complete(new ReadFrame(number * FRAME_BYTES, 0, payload));
      return payload;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Override
  public CompletableFuture<ChunkWriter> openWriter(WriterRequest request) {
    CompletableFuture<ChunkWriter> writer = new CompletableFuture<>();
    requests.add(request);
    writers.add(writer);
    return writer;
  }

  @Override
  public CompletableFuture<ChunkReader> openReader(ChunkId chunk, int offset, int length) {
    CompletableFuture<ChunkReader> reader = new CompletableFuture<>();
    readers.add(reader);
    return reader;
  }

  @Override
  public CompletableFuture<ChunkPlace> findPlace(ChunkId chunk, int offset, int length) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> describe(List<ChunkId> chunks) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<List<ChunkId>> delete(List<ChunkId> chunks) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<List<ChunkDescription>> inventory(@Nullable ChunkId after, int limit) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<List<ExpiredChunk>> expiredUnconfirmed(
      long nowMillis, @Nullable ExpiredChunk after, int limit) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<List<ChunkId>> unconfirm(List<ChunkId> chunks) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<Void> deleteExpired(List<ExpiredChunk> chunks) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<Void> confirm(List<ChunkId> chunks) {
    return new CompletableFuture<>();
  }

  @Override
  public ChunkTrash trash() {
    return new EmptyTrash();
  }

  @Override
  public CompletableFuture<ScrubNote> scrubNote() {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<Void> noteScrub(ScrubNote note) {
    return new CompletableFuture<>();
  }

  /** A trash with nothing in it. */
  private static final class EmptyTrash implements ChunkTrash {
    @Override
    public CompletableFuture<Void> put(List<ExpiredChunk> chunks, long sinceMillis) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Void> takeBack(List<ChunkId> chunks) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<List<TrashedChunk>> list(
        long beforeMillis, @Nullable TrashedChunk after, int limit) {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletableFuture<Void> erase(List<TrashedChunk> chunks) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<BrakeNote> brakeNote() {
      return CompletableFuture.completedFuture(BrakeNote.NONE);
    }

    @Override
    public CompletableFuture<Void> noteBrake(BrakeNote note) {
      return CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public void advanceLogClock(long nowMillis) {}

  @Override
  public List<VolumeReport> reports() {
    return List.of();
  }

  @Override
  public StoreLoad load() {
    return new StoreLoad(0, 0, 0);
  }

  @Override
  public CompletableFuture<Void> close() {
    return CompletableFuture.completedFuture(null);
  }
}
