package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.storage.chunk.ChunkParts;
import io.shoal.storage.chunk.RoomPromise;
import io.shoal.storage.chunk.VolumeChunks;
import io.shoal.storage.chunk.VolumeGuard;
import io.shoal.storage.chunk.VolumePools;
import io.shoal.storage.chunk.VolumeTotals;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.IndexCommitter;
import io.shoal.storage.io.NoSpaceException;
import io.shoal.storage.volume.VolumeStatus.State;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data directory with everything that belongs to it: threads, index, chunks, health. Whatever
 * fails in it stays in it. Thread-safe; its threads do all the blocking.
 */
final class Volume implements VolumeGuard {
  private static final Logger logger = LoggerFactory.getLogger(Volume.class);

  /** Bytes after which a batch of index changes takes no further one. */
  private static final int COMMIT_BATCH_BYTES = 4 << 20;

  private final DataDirectory directory;
  private final NodeIdentity owner;
  private final VolumeId id;
  private final StoreConfig config;
  private final EngineParts engine;
  private final VolumePools pools;
  private final VolumeStatus status;
  private final VolumeRoom room;
  private final AtomicBoolean refreshing = new AtomicBoolean();

  /** Something that may fail as a disk does. */
  private interface IoStep {
    void run() throws IOException;
  }

  /** Set while opening; null if the volume could not be opened. */
  private volatile @Nullable ChunkIndex index;

  private volatile @Nullable VolumeChunks chunks;

  /** Makes a volume; {@link #open} has to be called before anything else. */
  Volume(
      DataDirectory directory,
      NodeIdentity owner,
      VolumeId id,
      StoreConfig config,
      EngineParts engine) {
    this.directory = directory;
    this.owner = owner;
    this.id = id;
    this.config = config;
    this.engine = engine;
    this.pools = engine.pools().make(id);
    this.status = new VolumeStatus(toString());
    this.room = new VolumeRoom(toString(), directory.disk(), config.reserveBytes());
  }

  /**
   * Opens the volume. Never fails: a volume that can't be opened is fenced, for good, if a write, a
   * sync or its index failed (rule D3); it is offline until the next start if it could not be read,
   * has no room, or something else than the disk is in the way.
   */
  CompletableFuture<Void> open(int highestVolumeId) {
    CompletableFuture<Void> opened = new CompletableFuture<>();
    pools.write().execute(() -> recover(highestVolumeId, opened));
    return opened;
  }

  private void recover(int highestVolumeId, CompletableFuture<Void> opened) {
    try {
      String fenced = directory.fenceReason();
      if (fenced != null) {
        status.moveTo(State.FENCED, fenced);
      } else {
        write("preparing the directory", () -> prepareDirectory(highestVolumeId));
      }
      room.refresh();
      var unused =
          openChunks(fenced == null).whenComplete((done, failure) -> recovered(failure, opened));
    } catch (IOException | RuntimeException failure) {
      recovered(failure, opened);
    }
  }

  private void prepareDirectory(int highestVolumeId) throws IOException {
    if (directory.identity() == null) {
      directory.format(owner, id, UUID.randomUUID());
    }
    directory.writeHighestVolumeId(highestVolumeId);
  }

  /** Takes a step of opening that writes: if it fails, the volume is fenced for good (rule D3). */
  private void write(String what, IoStep step) throws IOException {
    try {
      step.run();
    } catch (NoSpaceException full) {
      throw full;
    } catch (IOException failure) {
      throw fence(what, failure);
    }
  }

  private CompletableFuture<Void> openChunks(boolean mayWrite) throws IOException {
    if (mayWrite) {
      write("opening the index", () -> openIndex(false));
      write("syncing the directory", () -> directory.disk().syncDirectory(""));
    } else {
      openIndex(true);
    }
    ChunkIndex opened = Objects.requireNonNull(index);
    IndexCommitter committer =
        new IndexCommitter(opened, pools.commit(), COMMIT_BATCH_BYTES, pools.faults());
    VolumeChunks made =
        new VolumeChunks(
            new ChunkParts(
                directory.disk(),
                opened,
                committer,
                pools,
                this,
                engine.allocator(),
                config.chunks()));
    CompletableFuture<Void> ready = made.recover(mayWrite);
    return ready.thenRun(() -> chunks = made);
  }

  private void openIndex(boolean readOnly) throws IOException {
    index =
        engine
            .indexes()
            .open(
                directory.path().resolve(DataDirectory.INDEX),
                readOnly,
                failure -> {
                  var unused = fence("index", failure);
                });
  }

  private void recovered(@Nullable Throwable failure, CompletableFuture<Void> opened) {
    if (failure != null) {
      if (!status.moveTo(State.OFFLINE, "can't be opened: " + failure, failure)) {
        logger.warn("{}: can't be read either: {}", this, failure.toString());
      }
    } else {
      updateFullness();
    }
    opened.complete(null);
  }

  @Override
  public VolumeId volume() {
    return id;
  }

  /**
   * Returns the chunks.
   *
   * @throws ShoalException {@code VOLUME_FENCED} if its disk failed while it was being opened,
   *     {@code UNAVAILABLE} if it is offline or closed
   */
  VolumeChunks chunks() {
    VolumeChunks opened = chunks;
    if (opened == null || status.get().state() == State.CLOSED) {
      throw refusal();
    }
    return opened;
  }

  /** Tells whether the volume answers questions about its chunks. */
  boolean answers() {
    return chunks != null && status.get().state() != State.CLOSED;
  }

  /** Tells whether the volume may get a new chunk, if it has the room. */
  boolean takesChunks() {
    State state = status.get().state();
    return chunks != null && (state == State.HEALTHY || state == State.FULL);
  }

  VolumeRoom room() {
    return room;
  }

  Path path() {
    return directory.path();
  }

  /** Notes that a volume of the node has a higher number. */
  void noteHighestVolumeId(int highest) {
    if (!writable()) {
      return;
    }
    try {
      pools
          .write()
          .execute(
              () -> {
                try {
                  write("noting a new volume", () -> directory.writeHighestVolumeId(highest));
                } catch (IOException | ShoalException failure) {
                  logger.warn("{}: a new volume can't be noted: {}", this, failure.toString());
                }
              });
    } catch (RejectedExecutionException closed) {
      logger.debug("{}: a new volume is noted too late", this);
    }
  }

  @Override
  public boolean writable() {
    State state = status.get().state();
    return state == State.OPENING || state == State.HEALTHY || state == State.FULL;
  }

  @Override
  public void checkWritable() {
    if (!writable()) {
      throw refusal();
    }
  }

  @Override
  public ShoalException fence(String during, Throwable cause) {
    String reason = during + ": " + cause;
    if (status.moveTo(State.FENCED, reason, cause)) {
      try {
        pools.write().execute(() -> writeFence(reason));
      } catch (RejectedExecutionException closed) {
        logger.warn("{}: fenced too late to note it in its directory", this, closed);
      }
    }
    return refusal();
  }

  @Override
  public ShoalException full(NoSpaceException cause) {
    status.moveTo(State.FULL, cause.toString());
    return new ShoalException(
        ErrorCode.OUT_OF_SPACE, toString(), "file system is full: " + cause, cause);
  }

  @Override
  public RoomPromise promiseRoom(long bytes) {
    try {
      return room.promise(bytes);
    } finally {
      updateFullness();
    }
  }

  @Override
  public void checkRoom(long bytes) {
    room.check(bytes);
  }

  /** Reports how the volume does, and has it look at the file system before the next report. */
  VolumeReport report() {
    refreshLater();
    VolumeStatus.Status now = status.get();
    VolumeChunks opened = chunks;
    VolumeTotals totals = opened == null ? new VolumeTotals() : opened.totals();
    VolumeHealth health =
        switch (now.state()) {
          case HEALTHY -> VolumeHealth.HEALTHY;
          case FULL -> VolumeHealth.FULL;
          case FENCED -> VolumeHealth.FENCED;
          case OPENING, OFFLINE, CLOSED -> VolumeHealth.OFFLINE;
        };
    return new VolumeReport(
        id,
        directory.path().toString(),
        room.capacityBytes(),
        room.availableBytes(),
        totals.bytes(),
        totals.chunks(),
        totals.trashBytes(),
        totals.trashChunks(),
        health,
        health == VolumeHealth.FENCED || health == VolumeHealth.OFFLINE ? now.reason() : "");
  }

  /** Ends open chunks and threads, then closes the index and gives the directory back. */
  CompletableFuture<Void> close() {
    VolumeChunks opened = chunks;
    CompletableFuture<Void> ended =
        opened == null ? CompletableFuture.completedFuture(null) : opened.close();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    var unused = ended.whenComplete((done, failure) -> closePools(closed));
    return closed;
  }

  private void closePools(CompletableFuture<Void> closed) {
    var unused =
        pools
            .close()
            .whenComplete((done, failure) -> engine.closer().execute(() -> closeFiles(closed)));
  }

  private void closeFiles(CompletableFuture<Void> closed) {
    status.moveTo(State.CLOSED, "the node shuts down");
    try {
      ChunkIndex opened = index;
      if (opened != null) {
        opened.close();
      }
    } catch (IOException failure) {
      logger.error("{}: its index does not close", this, failure);
    }
    directory.close();
    closed.complete(null);
  }

  private void refreshLater() {
    if (refreshing.compareAndSet(false, true)) {
      try {
        pools.read().execute(this::refresh);
      } catch (RejectedExecutionException closed) {
        refreshing.set(false);
      }
    }
  }

  private void refresh() {
    try {
      if (status.get().state() != State.OPENING && !directory.isThere()) {
        var unused = fence("looking at its room", new NoSuchFileException("its identity is gone"));
        return;
      }
      room.refresh();
      if (status.get().state() != State.OPENING) {
        updateFullness();
      }
    } catch (IOException failure) {
      logger.warn("{}: its file system does not tell its free space", this, failure);
    } finally {
      refreshing.set(false);
    }
  }

  private void updateFullness() {
    State state = status.get().state();
    boolean full = room.isFull();
    if (full && state != State.FULL) {
      status.moveTo(State.FULL, "the reserve is reached");
    } else if (!full && state != State.HEALTHY) {
      status.moveTo(State.HEALTHY, "there is room above the reserve");
    }
  }

  private void writeFence(String reason) {
    try {
      directory.writeFence(
          Instant.ofEpochMilli(engine.time().wallMillis()) + " " + reason.replaceAll("\\s+", " "));
    } catch (IOException failure) {
      logger.error(
          "{}: its fence can't be noted in its directory: a restart may forget it, so take the"
              + " directory out of the node's volumes before",
          this,
          failure);
    }
  }

  private ShoalException refusal() {
    VolumeStatus.Status now = status.get();
    return now.state() == State.FENCED
        ? new ShoalException(ErrorCode.VOLUME_FENCED, toString(), "fenced: " + now.reason())
        : new ShoalException(ErrorCode.UNAVAILABLE, toString(), "not open: " + now.reason());
  }

  @Override
  public String toString() {
    return "volume " + id + " (" + directory.path() + ")";
  }
}
