package io.shoal.storage.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.id.ChunkId;
import io.shoal.proto.v1.ChunkQuestion;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.IndexConfig;
import io.shoal.storage.io.CrashPoint.SimulatedCrash;
import io.shoal.storage.trash.TrashConfig;
import io.shoal.storage.trash.UnknownChunks;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.SimulatedNode;
import io.shoal.storage.volume.StoreConfig;
import io.shoal.storage.volume.VolumeReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node on simulated disks, its questions about unknown chunks, and a leader that is a map. Beside
 * them stands what must be there: whatever the leader knows, or has not disowned for as long as the
 * period of the trash. A step whose process dies in the middle is followed by a restart.
 */
final class TrashModel {
  static final long GRANT_MILLIS = 1_000;
  static final long PERIOD_MILLIS = 10_000;

  private static final int FILE_BYTES = 64 << 10;
  private static final StoreConfig CONFIG =
      new StoreConfig(
          new ChunkConfig(
              16 << 10, 16 << 10, true, true, 2, 2, 100, 64 << 20, 4 << 20, 100, 16 << 20),
          IndexConfig.defaults(),
          1 << 20);
  private static final TrashConfig TRASH =
      new TrashConfig(Duration.ofMillis(PERIOD_MILLIS), 100, 0);

  /** A chunk as the leader, and nobody else, sees it. */
  private static final class Tracked {
    private final ChunkId id;
    private final int length;
    private long expiresAtMillis;

    /** Whether it was written to its end, and the node said so. */
    private boolean written;

    /** Whether the leader knows it. */
    private boolean known;

    /**
     * When the node was first told that it may go, since it was last told, and lived to note it,
     * that the leader knows it; 0 if never.
     */
    private long disownedAtMillis;

    /** Whether the node may have erased it: nothing is expected of it any more. */
    private boolean mayBeGone;

    /** Whether the node has said that it is deleted. */
    private boolean deleted;

    Tracked(ChunkId id, int length) {
      this.id = id;
      this.length = length;
    }

    byte[] content() {
      byte[] bytes = new byte[length];
      new Random(id.value()).nextBytes(bytes);
      return bytes;
    }
  }

  private final SimulatedNode node = new SimulatedNode(2, CONFIG, 7);
  private final Map<ChunkId, Tracked> all = new LinkedHashMap<>();
  private final Deque<NodeReport> reports = new ArrayDeque<>();

  /** What the leader has said to keep in this round. */
  private final Set<Tracked> kept = new HashSet<>();

  private long nowMillis = 1_000_000;
  private long nextId = 1;

  private ChunkStore store = node.start();
  private Membership membership = new Membership();
  private final Audit audit = new Audit();
  private GrantQuestions questions;

  TrashModel() {
    questions = attach();
  }

  private GrantQuestions attach() {
    membership = new Membership();
    reports.clear();
    UnknownChunks unknown = new UnknownChunks(TRASH);
    var unused = unknown.brake().load(store.trash());
    node.runAll();
    GrantQuestions made =
        new GrantQuestions(store, membership, unknown, audit, node.executor(), reports::add);
    heartbeat();
    return made;
  }

  private void heartbeat() {
    membership.advanceLogClock(nowMillis);
    store.advanceLogClock(nowMillis);
  }

  // ------------------------------------------------------------------------------------------
  // steps

  /** Lets the process die in the next step of this model, after so many steps of its disks. */
  void crashAfter(int diskSteps) {
    node.crashPoint().crashAfter(diskSteps);
  }

  void advance(long millis) {
    nowMillis += millis;
    step(this::heartbeat);
  }

  /** A client writes a chunk, and does not commit it yet. */
  void write(boolean small) {
    Tracked chunk = new Tracked(new ChunkId(nextId++), small ? 500 : FILE_BYTES + 5);
    all.put(chunk.id, chunk);
    step(() -> write(chunk));
  }

  private void write(Tracked chunk) {
    chunk.expiresAtMillis = nowMillis + GRANT_MILLIS;
    byte[] content = chunk.content();
    ByteBuf buffer = node.buffer(content);
    ChunkWriter writer =
        node.run(
            store.openWriter(
                new WriterRequest(
                    chunk.id, chunk.expiresAtMillis, content.length, chunk.expiresAtMillis)));
    var unused = writer.append(0, Crc32c.of(content), buffer);
    CompletableFuture<DurableLength> finish = writer.finish();
    writer.close();
    assertThat(node.run(finish).bytes()).isEqualTo(content.length);
    chunk.written = true;
    chunk.deleted = false;
    chunk.mayBeGone = false;
    chunk.disownedAtMillis = 0;
  }

  /** The leader comes to know a chunk: by a commit, or later by a restored backup. */
  void commit(int number) {
    Tracked chunk = nth(number);
    if (chunk == null || !chunk.written || chunk.mayBeGone) {
      return;
    }
    chunk.known = true;
    step(
        () -> {
          check(chunk);
          chunk.disownedAtMillis = 0;
        });
  }

  /** As an order to check replicas does. */
  private void check(Tracked chunk) {
    node.run(store.trash().takeBack(List.of(chunk.id)));
    assertServed(chunk);
  }

  /** The leader forgets a chunk, whether or not the node was told once that it knows it. */
  void forget(int number) {
    Tracked chunk = nth(number);
    if (chunk != null) {
      chunk.known = false;
    }
  }

  /** The scrubber comes by all chunks. */
  void scrub() {
    step(
        () -> {
          for (ChunkDescription found : node.run(store.inventory(null, 10_000))) {
            audit.add(new ExpiredChunk(found.expiresAtMillis(), found.chunk()));
          }
        });
  }

  /** The leader orders a chunk deleted that it does not need. */
  void delete(int number) {
    Tracked chunk = nth(number);
    if (chunk != null && !chunk.known) {
      chunk.mayBeGone = true;
      step(
          () -> {
            assertThat(node.run(store.delete(List.of(chunk.id)))).containsExactly(chunk.id);
            chunk.deleted = true;
            chunk.written = false;
          });
    }
  }

  /** Repair makes a replica on this node, in the place of whatever is there. */
  void copyAnew(int number) {
    Tracked chunk = nth(number);
    if (chunk == null || chunk.known) {
      return;
    }
    chunk.mayBeGone = true;
    step(
        () -> {
          node.run(store.trash().takeBack(List.of(chunk.id)));
          node.run(store.delete(List.of(chunk.id)));
          chunk.written = false;
          // It may be there again, even if the process dies before it says so.
          chunk.deleted = false;
          write(chunk);
          chunk.known = true;
        });
  }

  /** The node asks about everything that it may forget. */
  void round() {
    step(
        () -> {
          kept.clear();
          questions.begin();
          node.runAll();
          while (!reports.isEmpty()) {
            questions.answered(judge(reports.remove().getQuestion()));
            node.runAll();
          }
          // Here all of it is noted.
          kept.forEach(chunk -> chunk.disownedAtMillis = 0);
        });
  }

  private ChunkVerdicts judge(ChunkQuestion question) {
    ChunkVerdicts.Builder verdicts = ChunkVerdicts.newBuilder();
    for (int i = 0; i < question.getChunkIdsCount(); i++) {
      ChunkId id = new ChunkId(question.getChunkIds(i));
      verdicts
          .addChunkIds(id.value())
          .addVerdicts(judge(tracked(id), question.getGrantExpiresAtMillis(i)));
    }
    return verdicts.build();
  }

  private Tracked tracked(ChunkId id) {
    Tracked chunk = all.get(id);
    assertThat(chunk).as("chunk " + id + " was written").isNotNull();
    return chunk;
  }

  /** Rule G1. */
  private ChunkVerdict judge(Tracked chunk, long expiresAtMillis) {
    if (chunk.known) {
      kept.add(chunk);
      return ChunkVerdict.CHUNK_VERDICT_KEEP;
    }
    if (nowMillis <= expiresAtMillis) {
      return ChunkVerdict.CHUNK_VERDICT_WAIT;
    }
    if (chunk.disownedAtMillis == 0) {
      chunk.disownedAtMillis = nowMillis;
    }
    chunk.mayBeGone |= nowMillis - chunk.disownedAtMillis >= PERIOD_MILLIS;
    return ChunkVerdict.CHUNK_VERDICT_DELETE;
  }

  void restart() {
    step(
        () -> {
          node.run(store.close());
          store = node.start();
          questions = attach();
        });
  }

  private @Nullable Tracked nth(int number) {
    return all.isEmpty() ? null : List.copyOf(all.values()).get(number % all.size());
  }

  /** Does something; if the process dies meanwhile, starts it again. Then compares. */
  private void step(Runnable what) {
    try {
      what.run();
    } catch (SimulatedCrash died) {
      assertThat(node.crashPoint().crashed()).isTrue();
    } catch (AssertionError | RuntimeException failure) {
      if (!node.crashPoint().crashed()) {
        throw failure;
      }
    }
    if (node.crashPoint().crashed()) {
      node.crash(new SplittableRandom(nowMillis));
      store = node.start();
      questions = attach();
    }
    node.crashPoint().restart();
    compare();
  }

  // ------------------------------------------------------------------------------------------
  // what must be there

  private void compare() {
    List<TrashedChunk> trash = trash();
    Set<ChunkId> trashed =
        trash.stream().map(found -> found.chunk().chunk()).collect(Collectors.toSet());
    Set<ChunkId> served = new HashSet<>();
    for (ChunkDescription found : node.run(store.inventory(null, 10_000))) {
      served.add(found.chunk());
    }
    assertThat(trashed).as("what is in the trash is not listed").noneMatch(served::contains);
    for (Tracked chunk : all.values()) {
      boolean there = served.contains(chunk.id) || trashed.contains(chunk.id);
      if (chunk.written && !chunk.mayBeGone) {
        assertThat(there).as("chunk " + chunk.id + ": is there").isTrue();
      }
      if (chunk.deleted) {
        assertThat(there).as("chunk " + chunk.id + ": is deleted").isFalse();
      }
      if (trashed.contains(chunk.id)) {
        assertThat(describe(chunk).state()).isEqualTo(State.UNKNOWN);
      }
    }
    assertThat(sum(VolumeReport::chunkCount)).isEqualTo(served.size());
    assertThat(sum(VolumeReport::trashChunks)).isEqualTo(trash.size());
    assertThat(sum(VolumeReport::trashBytes)).isEqualTo(bytesOf(trashed));
    assertThat(node.faults().all()).allMatch(SimulatedCrash.class::isInstance);
  }

  private List<TrashedChunk> trash() {
    return node.run(store.trash().list(Long.MAX_VALUE, null, 10_000));
  }

  private long bytesOf(Set<ChunkId> chunks) {
    return chunks.stream().mapToLong(id -> tracked(id).length).sum();
  }

  private long sum(java.util.function.ToLongFunction<VolumeReport> what) {
    return store.reports().stream().mapToLong(what).sum();
  }

  private ChunkDescription describe(Tracked chunk) {
    return node.run(store.describe(List.of(chunk.id))).get(0);
  }

  private void assertServed(Tracked chunk) {
    byte[] content = chunk.content();
    assertThat(describe(chunk).durable())
        .as("chunk " + chunk.id)
        .isEqualTo(new DurableLength(content.length, Crc32c.of(content)));
    List<Byte> read = new ArrayList<>();
    try (ChunkReader reader = node.run(store.openReader(chunk.id, 0, content.length))) {
      while (reader.hasNext()) {
        ReadFrame frame = node.run(reader.next());
        while (frame.payload().isReadable()) {
          read.add(frame.payload().readByte());
        }
        frame.payload().release();
      }
    }
    assertThat(read).as("bytes of chunk " + chunk.id).hasSize(content.length);
    for (int i = 0; i < content.length; i++) {
      if (read.get(i) != content[i]) {
        throw new AssertionError("chunk " + chunk.id + ": byte " + i + " is another one");
      }
    }
  }

  /**
   * Lets the grants run out and the period pass: then everything that the leader knows is served,
   * and nothing else is there, not even as a file.
   */
  void settle() {
    node.crashPoint().restart();
    advance(GRANT_MILLIS + 1);
    scrub();
    // One to find out what is known no more, one to put it into the trash.
    round();
    round();
    advance(PERIOD_MILLIS);
    round();
    for (Tracked chunk : all.values()) {
      if (chunk.known) {
        step(() -> check(chunk));
      }
    }
    restart();
    Set<ChunkId> known =
        all.values().stream()
            .filter(chunk -> chunk.known)
            .map(chunk -> chunk.id)
            .collect(Collectors.toSet());
    assertThat(trash()).as("what stays in the trash beyond its time").isEmpty();
    assertThat(node.run(store.inventory(null, 10_000)))
        .extracting(ChunkDescription::chunk)
        .as("what is served in the end")
        .containsExactlyInAnyOrderElementsOf(known);
    for (String name : node.chunkFiles()) {
      String base = name.substring(name.lastIndexOf('/') + 1);
      assertThat(known)
          .as("chunks of files")
          .contains(new ChunkId(Long.parseUnsignedLong(base.substring(0, 16), 16)));
    }
    node.run(store.close());
  }
}
