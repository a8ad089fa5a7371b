package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.io.CrashPoint.SimulatedCrash;
import io.shoal.storage.io.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The engine on simulated disks, and beside it what a client knows: what it sent, and what it was
 * told. After every crash the two are compared: nothing that was acknowledged is missing, nothing
 * is there that was never sent, what was deleted stays deleted.
 */
final class EngineModel extends StoreFixture {
  private static final int SLOTS_APART = 1_000;

  /** A chunk as its client sees it. */
  private static final class Tracked {
    private final ChunkId id;

    /** What its acknowledgements are worth; drawn anew for each chunk. */
    private final AckLevel level;

    private @Nullable CompletableFuture<ChunkWriter> opening;
    private int sent;

    /** Whether it has been through a crash. */
    private boolean lived;

    private final List<CompletableFuture<DurableLength>> acks = new ArrayList<>();
    private @Nullable CompletableFuture<DurableLength> finish;
    private final List<CompletableFuture<List<ChunkId>>> deletions = new ArrayList<>();
    private final List<CompletableFuture<Void>> confirmations = new ArrayList<>();

    Tracked(ChunkId id, AckLevel level) {
      this.id = id;
      this.level = level;
    }

    @Nullable ChunkWriter writer() {
      return opening != null && isDone(opening) ? opening.join() : null;
    }

    boolean over() {
      return finish != null
          || !deletions.isEmpty()
          || (opening != null && opening.isCompletedExceptionally());
    }

    /** Returns what must survive a crash. */
    DurableLength durable() {
      return level == AckLevel.FSYNC ? acknowledged() : DurableLength.ZERO;
    }

    DurableLength acknowledged() {
      DurableLength most = DurableLength.ZERO;
      for (CompletableFuture<DurableLength> ack : acks) {
        if (isDone(ack) && ack.join().bytes() > most.bytes()) {
          most = ack.join();
        }
      }
      return most;
    }
  }

  final SimulatedNode node;
  private ChunkStore store;
  private final Map<ChunkId, Tracked> all = new LinkedHashMap<>();
  private final Map<Integer, Tracked> slots = new LinkedHashMap<>();
  private int generations;

  EngineModel(int volumes) {
    node = new SimulatedNode(volumes, CONFIG, 42);
    store = node.start();
  }

  private static boolean isDone(CompletableFuture<?> future) {
    return future.isDone() && !future.isCompletedExceptionally();
  }

  /**
   * Returns the chunk that a slot stands for now: a new one once the old one can't grow any more.
   */
  private Tracked current(int slot) {
    Tracked present = slots.get(slot);
    if (present == null || present.over()) {
      generations++;
      AckLevel level = generations % 3 == 0 ? AckLevel.MEMORY : AckLevel.FSYNC;
      present = new Tracked(id((long) slot * SLOTS_APART + generations), level);
      slots.put(slot, present);
      all.put(present.id, present);
    }
    return present;
  }

  void open(int slot) {
    Tracked chunk = current(slot);
    chunk.opening = store.openWriter(request(chunk.id, chunk.level));
  }

  void append(int slot, int length) {
    Tracked chunk = current(slot);
    ChunkWriter writer = chunk.writer();
    if (writer != null) {
      var unused = append(writer, chunk.id, chunk.sent, length);
      chunk.sent += length;
    }
  }

  void flush(int slot) {
    Tracked chunk = current(slot);
    ChunkWriter writer = chunk.writer();
    if (writer != null) {
      chunk.acks.add(writer.flush());
    }
  }

  void finish(int slot) {
    Tracked chunk = current(slot);
    ChunkWriter writer = chunk.writer();
    if (writer != null) {
      chunk.finish = writer.finish();
      chunk.acks.add(chunk.finish);
      writer.close();
    }
  }

  /** Deletes what a slot stands for, or, a step of the past, any chunk. */
  void delete(int number) {
    if (!all.isEmpty()) {
      Tracked chunk = nth(number);
      chunk.deletions.add(store.delete(List.of(chunk.id)));
    }
  }

  void confirm(int number) {
    if (!all.isEmpty()) {
      Tracked chunk = nth(number);
      chunk.confirmations.add(store.confirm(List.of(chunk.id)));
    }
  }

  private Tracked nth(int number) {
    return List.copyOf(all.values()).get(number % all.size());
  }

  /**
   * Lets up to so many tasks run, in an order that the seed decides; if the process dies meanwhile,
   * starts it again and compares.
   */
  void run(int tasks, long seed) {
    node.executor.reseed(seed);
    try {
      int ran = 0;
      while (ran < tasks && node.executor.runNext()) {
        ran++;
      }
    } catch (SimulatedCrash died) {
      assertThat(node.crashPoint.crashed()).isTrue();
    }
    if (node.crashPoint.crashed()) {
      crashNow(seed);
    }
  }

  void failOnce(SimulatedDisk.Operation failing) {
    IOException eio = new IOException("EIO");
    eio.setStackTrace(new StackTraceElement[0]);
    boolean[] failed = new boolean[1];
    node.disks
        .get(0)
        .setFault(
            (operation, name) -> {
              if (failed[0] || operation != failing || !name.startsWith("chunks")) {
                return null;
              }
              failed[0] = true;
              return eio;
            });
  }

  /** Kills the process, starts it again, and compares. */
  void crashNow(long seed) {
    node.crash(new SplittableRandom(seed));
    restartAndCompare();
  }

  /** Ends the process in good order, starts it again, and compares. */
  void close() {
    await(store.close());
    boolean fenced = node.disks.stream().anyMatch(EngineModel::hasFence);
    List<Tracked> written = all.values().stream().filter(chunk -> !chunk.lived).toList();
    restartAndCompare();
    if (!fenced) {
      written.forEach(this::requireAcknowledged);
    }
    await(store.close());
    assertThat(node.allocator.unreleased()).as("buffers that nobody released").isZero();
  }

  private static boolean hasFence(SimulatedDisk disk) {
    try {
      return disk.exists("fenced");
    } catch (IOException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** An end in good order keeps what was acknowledged from memory, too. */
  private void requireAcknowledged(Tracked chunk) {
    if (chunk.deletions.isEmpty()) {
      assertThat(describe(chunk.id).durable().bytes())
          .as("chunk " + chunk.id)
          .isGreaterThanOrEqualTo(chunk.acknowledged().bytes());
    }
  }

  private void restartAndCompare() {
    node.disks.forEach(disk -> disk.setFault((operation, name) -> null));
    store = node.start();
    compare();
    if (store.reports().stream().anyMatch(report -> report.health() == VolumeHealth.FENCED)) {
      liftFences();
    }
    slots.clear();
    all.values().forEach(EngineModel::forgetWriter);
  }

  private static void forgetWriter(Tracked chunk) {
    chunk.lived = true;
    chunk.opening = CompletableFuture.failedFuture(new IllegalStateException("crashed"));
  }

  /** As an operator does who trusts the disks again. */
  private void liftFences() {
    await(store.close());
    for (SimulatedDisk disk : node.disks) {
      try {
        if (disk.exists("fenced")) {
          disk.delete("fenced");
          disk.syncDirectory("");
        }
      } catch (IOException unexpected) {
        throw new AssertionError(unexpected);
      }
    }
    store = node.start();
    compare();
  }

  private void compare() {
    Set<ChunkId> known = new HashSet<>();
    long bytes = 0;
    for (Tracked chunk : all.values()) {
      ChunkDescription found = describe(chunk.id);
      if (found.state() != State.UNKNOWN) {
        known.add(chunk.id);
        bytes += found.durable().bytes();
      }
      compare(chunk, found);
    }
    compareLists(known, bytes);
    compareFiles(known);
    assertThat(node.faults.all()).allMatch(SimulatedCrash.class::isInstance);
  }

  private void compare(Tracked chunk, ChunkDescription found) {
    String what = "chunk " + chunk.id;
    boolean deleted =
        chunk.deletions.stream().anyMatch(done -> isDone(done) && done.join().contains(chunk.id));
    if (deleted) {
      assertThat(found.state())
          .as(what + ": its deletion was acknowledged")
          .isEqualTo(State.UNKNOWN);
      return;
    }
    if (found.state() == State.UNKNOWN) {
      if (chunk.deletions.isEmpty()) {
        assertThat(chunk.durable()).as(what + ": is not there").isEqualTo(DurableLength.ZERO);
        assertThat(chunk.level == AckLevel.FSYNC && chunk.finish != null && isDone(chunk.finish))
            .as(what + ": was finished")
            .isFalse();
      }
      return;
    }
    int length = found.durable().bytes();
    assertThat(found.state()).as(what).isEqualTo(State.CLOSED);
    assertThat(length).as(what).isBetween(chunk.durable().bytes(), chunk.sent);
    if (chunk.level == AckLevel.FSYNC && chunk.finish != null && isDone(chunk.finish)) {
      assertThat(found.durable()).as(what).isEqualTo(chunk.finish.join());
    }
    assertThat(found.durable()).as(what).isEqualTo(durable(chunk.id, length));
    if (length > 0) {
      assertReads(chunk.id, 0, length);
    }
  }

  private void compareLists(Set<ChunkId> known, long bytes) {
    List<ChunkDescription> inventory = await(store.inventory(null, 10_000));
    assertThat(inventory)
        .extracting(ChunkDescription::chunk)
        .isSorted()
        .containsExactlyInAnyOrderElementsOf(known);
    Set<ChunkId> unconfirmed = new HashSet<>();
    for (ExpiredChunk expired : await(store.expiredUnconfirmed(EXPIRES + 1, null, 10_000))) {
      unconfirmed.add(expired.chunk());
    }
    assertThat(known).containsAll(unconfirmed);
    for (ChunkId chunk : known) {
      List<CompletableFuture<Void>> confirmations = all.get(chunk).confirmations;
      if (confirmations.isEmpty()) {
        assertThat(unconfirmed).contains(chunk);
      }
    }
    assertThat(store.reports().stream().mapToLong(VolumeReport::chunkCount).sum())
        .isEqualTo(known.size());
    assertThat(store.reports().stream().mapToLong(VolumeReport::usedBytes).sum()).isEqualTo(bytes);
  }

  private void compareFiles(Set<ChunkId> known) {
    boolean anyFenced =
        store.reports().stream().anyMatch(report -> report.health() == VolumeHealth.FENCED);
    Set<ChunkId> withFile = new HashSet<>();
    for (String name : node.chunkFiles()) {
      String base = name.substring(name.lastIndexOf('/') + 1);
      ChunkId chunk = id(Long.parseUnsignedLong(base.substring(0, 16), 16));
      if (!anyFenced) {
        assertThat(known).as("chunks of files").contains(chunk);
        assertThat(withFile.add(chunk)).as("chunk " + chunk + " has one file").isTrue();
      }
    }
    for (SimulatedDisk disk : node.disks) {
      assertThat(disk.createdTwice()).noneMatch(name -> name.startsWith("chunks/"));
      assertThat(disk.overwritten()).noneMatch(name -> name.startsWith("chunks/"));
    }
  }

  @Override
  ChunkStore store() {
    return store;
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    return node.run(future);
  }

  @Override
  ByteBuf buffer(byte[] bytes) {
    return node.buffer(bytes);
  }
}
