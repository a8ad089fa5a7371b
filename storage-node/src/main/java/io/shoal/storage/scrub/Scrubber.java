package io.shoal.storage.scrub;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.heartbeat.Audit;
import io.shoal.storage.heartbeat.Suspicions;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.transfer.ExpectedChunk;
import io.shoal.storage.transfer.Finding;
import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.VolumeReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every chunk of the node once in a period, one after the other in the order of their ids,
 * and tells the leader of those whose bytes are not what was written. It reads as fast as the
 * period asks for, and never faster than it is allowed to; where it was is noted, so that a restart
 * goes on there. State belongs to the shard.
 */
public final class Scrubber {
  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

  private static final int SHARD_TASKS = 1_024;
  private static final int PAGE = 256;

  /** Chunks between two notes of where it is. */
  private static final int NOTE_INTERVAL = 1_024;

  /** It reads on without waiting as long as it is not ahead by more. */
  private static final Duration LEAST_WAIT = Duration.ofMillis(50);

  /** The longest pause: after it the pace may be another one. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private static final Duration PACE_INTERVAL = Duration.ofSeconds(1);

  /** After what should pass: a volume that does not answer, say. */
  private static final Duration RETRY_DELAY = Duration.ofSeconds(30);

  /** What is written while a pass is under way, and unevenness, are to find room in the period. */
  private static final double HEADROOM = 1.25;

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * How far it has come.
   *
   * @param passes passes that were finished since it began
   * @param chunks chunks that were read since it began
   * @param damaged chunks that were not what was written
   */
  public record Progress(long passes, long chunks, long bytes, long damaged) {}

  /**
   * How far it has come in the present pass, which may have begun before the node was started.
   *
   * @param note as it is noted on the volumes
   * @param ofBytes bytes that there are to read; as many as were read while it rests
   */
  public record Pass(ScrubNote note, long ofBytes) {}

  private enum Stage {
    /** Nothing has begun; then it finds out where it was, */
    NEW,
    /** lists chunks, */
    LISTING,
    /** reads them, one after the other, with pauses in between, and at the end of the last page */
    READING,
    /** waits until the period is over and begins anew, until it is */
    RESTING,
    /** ended for good. */
    ENDED
  }

  private final Replicas replicas;
  private final Suspicions suspicions;
  private final Audit audit;
  private final ScrubConfig config;
  private final TimeSource time;
  private final Timer timer;
  private final Shard shard;

  private final AtomicBoolean closing = new AtomicBoolean();
  private final Deque<ChunkDescription> page = new ArrayDeque<>();
  private Stage stage = Stage.NEW;
  private @Nullable ChunkStore store;
  private @Nullable ChunkId position;
  private Timer.@Nullable Scheduled alarm;
  private long beganNanos;

  /** Bytes that were read ahead of the pace. */
  private double aheadBytes;

  /** Up to when they were reckoned. */
  private long reckonedNanos;

  private long bytesPerSecond = 1;
  private long pacedNanos;
  private Progress atBegin = new Progress(0, 0, 0, 0);
  private volatile Progress progress = atBegin;
  private volatile Pass pass = new Pass(ScrubNote.NONE, 0);

  /**
   * Makes a scrubber that has not begun.
   *
   * @param replicas reads chunks
   * @param suspicions gets those that are not what was written
   * @param audit gets the others
   * @param executor runs steps that do not block
   */
  public Scrubber(
      Replicas replicas,
      Suspicions suspicions,
      Audit audit,
      ScrubConfig config,
      TimeSource time,
      Timer timer,
      Executor executor,
      FaultHandler faults) {
    this.replicas = replicas;
    this.suspicions = suspicions;
    this.audit = audit;
    this.config = config;
    this.time = time;
    this.timer = timer;
    this.shard = new Shard("scrubber", executor, SHARD_TASKS, faults);
  }

  /** Begins where the last pass over these volumes stopped. Once. */
  public void start(ChunkStore volumes) {
    shard.execute(
        () -> {
          if (stage == Stage.NEW && store == null) {
            store = volumes;
            begin();
          }
        });
  }

  private ChunkStore store() {
    if (store == null) {
      throw new IllegalStateException("stage: " + stage + " without volumes");
    }
    return store;
  }

  /** Ends it for good; completes when nothing of it runs any more. May be called again. */
  public CompletableFuture<Void> close() {
    if (closing.compareAndSet(false, true)) {
      shard.execute(this::end);
    }
    return shard.close();
  }

  private void end() {
    moveTo(Stage.ENDED, "the node shuts down");
    page.clear();
    if (alarm != null) {
      alarm.cancel();
    }
  }

  /** Tells how far it has come. Thread-safe. */
  public Progress progress() {
    return progress;
  }

  /** Tells how far it has come in this pass. Thread-safe. */
  public Pass pass() {
    return pass;
  }

  private void moveTo(Stage next, String reason) {
    LOG.debug("scrubber: {} to {}: {}", stage, next, reason);
    stage = next;
  }

  private void begin() {
    then(
        store().scrubNote(),
        noted -> {
          position = noted.upTo();
          pass = new Pass(position == null ? begun(noted) : noted, 0);
          beginPass(position != null ? "going on behind chunk " + position : "from the first");
        },
        this::begin);
  }

  private void beginPass(String where) {
    beganNanos = time.nanoTime();
    aheadBytes = 0;
    reckonedNanos = beganNanos;
    atBegin = progress;
    long used = usedBytes();
    double needed = needed(used);
    setPace(used);
    LOG.info("Scrubbing {} MiB, {}, at {} KiB/s", used >> 20, where, bytesPerSecond >> 10);
    if (needed > (double) config.maxBytesPerSecond()) {
      LOG.warn(
          "{} MiB can't be scrubbed within {} at {} KiB/s (expected: {} KiB/s)",
          used >> 20,
          config.period(),
          config.maxBytesPerSecond() >> 10,
          (long) needed >> 10);
    }
    list();
  }

  private void list() {
    moveTo(Stage.LISTING, "the next page");
    then(
        store().inventory(position, PAGE),
        listed -> {
          if (listed.isEmpty()) {
            endPass();
          } else {
            page.addAll(listed);
            moveTo(Stage.READING, "chunks are listed");
            readNext();
          }
        },
        this::list);
  }

  private void readNext() {
    ChunkDescription next = page.poll();
    if (next == null) {
      list();
      return;
    }
    position = next.chunk();
    if (next.state() != ChunkDescription.State.CLOSED || next.durable().bytes() == 0) {
      readNext();
      return;
    }
    ExpectedChunk expected =
        new ExpectedChunk(next.chunk(), next.durable().bytes(), next.durable().crc32c());
    then(
        replicas.check(store(), List.of(expected), true),
        findings -> found(expected, next.expiresAtMillis(), findings.get(0)),
        this::readNext);
  }

  private void found(ExpectedChunk expected, long expiresAtMillis, Finding finding) {
    if (finding == Finding.INTACT) {
      audit.add(new ExpiredChunk(expiresAtMillis, expected.chunk()));
    }
    boolean damaged = finding == Finding.DAMAGED;
    if (damaged) {
      LOG.warn("Chunk {} is not what was written; the leader will be told", expected.chunk());
      suspicions.add(expected.chunk());
    }
    Progress before = progress;
    progress =
        new Progress(
            before.passes(),
            before.chunks() + 1,
            before.bytes() + expected.length(),
            before.damaged() + (damaged ? 1 : 0));
    ScrubNote noted = pass.note();
    pass =
        new Pass(
            new ScrubNote(
                expected.chunk(),
                noted.bytes() + expected.length(),
                noted.damaged() + (damaged ? 1 : 0),
                noted.endedAtMillis(),
                noted.endedDamaged()),
            Math.max(noted.bytes() + expected.length(), pass.ofBytes()));
    if (progress.chunks() % NOTE_INTERVAL == 0) {
      note();
    }
    reckon();
    aheadBytes += expected.length();
    goOnInTime();
  }

  /** Reads on when that is not ahead of the pace, which follows what the volumes hold. */
  private void goOnInTime() {
    reckon();
    double aheadNanos = aheadBytes / (double) bytesPerSecond * NANOS_PER_SECOND;
    if (aheadNanos <= (double) LEAST_WAIT.toNanos()) {
      readNext();
    } else {
      Duration wait = Duration.ofNanos((long) aheadNanos);
      later(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait, this::goOnInTime);
    }
  }

  private void reckon() {
    long now = time.nanoTime();
    double passed = (double) (now - reckonedNanos) / NANOS_PER_SECOND;
    // Time that was lost is not made up for by reading faster.
    aheadBytes = Math.max(0, aheadBytes - passed * (double) bytesPerSecond);
    reckonedNanos = now;
    if (now - pacedNanos >= PACE_INTERVAL.toNanos()) {
      setPace(usedBytes());
    }
  }

  private long usedBytes() {
    return store().reports().stream().mapToLong(VolumeReport::usedBytes).sum();
  }

  private double needed(long used) {
    double seconds = (double) config.period().toNanos() / NANOS_PER_SECOND;
    return HEADROOM * (double) used / seconds;
  }

  private void setPace(long used) {
    pacedNanos = time.nanoTime();
    pass = new Pass(pass.note(), Math.max(used, pass.note().bytes()));
    bytesPerSecond = Math.max(1, Math.min(config.maxBytesPerSecond(), (long) needed(used) + 1));
  }

  private void note() {
    var unused =
        store()
            .noteScrub(pass.note())
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.warn(
                        "Where the scrubber is can't be noted: {}",
                        ShoalException.of(failure).toString());
                  }
                });
  }

  private void endPass() {
    moveTo(Stage.RESTING, "all chunks were read");
    position = null;
    ScrubNote whole = pass.note();
    pass =
        new Pass(
            new ScrubNote(null, whole.bytes(), whole.damaged(), time.wallMillis(), whole.damaged()),
            whole.bytes());
    note();
    Duration took = Duration.ofNanos(time.nanoTime() - beganNanos);
    LOG.info(
        "Scrubbed {} chunks with {} MiB in {} s: {} of them damaged",
        progress.chunks() - atBegin.chunks(),
        (progress.bytes() - atBegin.bytes()) >> 20,
        took.toSeconds(),
        progress.damaged() - atBegin.damaged());
    progress =
        new Progress(
            progress.passes() + 1, progress.chunks(), progress.bytes(), progress.damaged());
    Duration rest = config.period().minus(took);
    later(rest.isNegative() ? Duration.ZERO : rest, this::beginAnew);
  }

  private void beginAnew() {
    pass = new Pass(begun(pass.note()), 0);
    beginPass("from the first");
  }

  /** Returns the note of a new pass behind the last one. */
  private static ScrubNote begun(ScrubNote last) {
    return new ScrubNote(null, 0, 0, last.endedAtMillis(), last.endedDamaged());
  }

  private void later(Duration delay, Runnable step) {
    alarm =
        timer.schedule(
            delay,
            shard,
            () -> {
              if (stage != Stage.ENDED) {
                step.run();
              }
            });
  }

  /** Waits for an answer; if there is none, tries the step again later. */
  private <T> void then(CompletableFuture<T> answer, Consumer<T> next, Runnable again) {
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              try {
                shard.execute(() -> onAnswer(value, failure, next, again));
              } catch (ShoalException closed) {
                LOG.debug("An answer comes after the end of the scrubber");
              }
            });
  }

  private <T> void onAnswer(
      @Nullable T value, @Nullable Throwable failure, Consumer<T> next, Runnable again) {
    if (stage == Stage.ENDED) {
      return;
    }
    if (value != null) {
      next.accept(value);
    } else {
      LOG.warn(
          "Scrubbing waits: {}",
          failure == null ? "no answer" : ShoalException.of(failure).toString());
      later(RETRY_DELAY, again);
    }
  }
}
