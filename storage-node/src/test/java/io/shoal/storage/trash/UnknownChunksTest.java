package io.shoal.storage.trash;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.checksum.Crc32c;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.IndexConfig;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.SimulatedNode;
import io.shoal.storage.volume.StoreConfig;
import io.shoal.storage.volume.VolumeReport;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule G5 on simulated disks: the trash, and the brake. */
class UnknownChunksTest {
  private static final StoreConfig STORE =
      new StoreConfig(ChunkConfig.defaults(), IndexConfig.defaults(), 1 << 20);
  private static final long EXPIRES = 1_000;
  private static final long NOW = 50_000;
  private static final long CHUNKS = 60;

  /** Of sixty chunks six may be unknown. */
  private static final TrashConfig CONFIG = new TrashConfig(Duration.ofSeconds(10), 10, 2);

  private final SimulatedNode node = new SimulatedNode(2, STORE, 3);
  private ChunkStore store = node.start();
  private UnknownChunks unknown = load(CONFIG);

  @BeforeEach
  void writeChunks() {
    for (long i = 1; i <= CHUNKS; i++) {
      byte[] bytes = {1, 2, (byte) i};
      ChunkWriter writer =
          node.run(store.openWriter(new WriterRequest(new ChunkId(i), 1, 3, EXPIRES)));
      var unused = writer.append(0, Crc32c.of(bytes), node.buffer(bytes));
      node.run(writer.finish());
      writer.close();
    }
  }

  @AfterEach
  void close() {
    node.run(store.close());
    node.faults().assertNone();
  }

  private UnknownChunks load(TrashConfig config) {
    UnknownChunks made = new UnknownChunks(config);
    assertThat(made.brake().isOn()).as("before it is known what was noted").isTrue();
    node.run(made.brake().load(store.trash()));
    return made;
  }

  private static List<ExpiredChunk> chunks(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(i -> new ExpiredChunk(EXPIRES, new ChunkId(i)))
        .toList();
  }

  /** A whole round that finds some chunks unknown. */
  private void round(long from, long to) {
    unknown.beginRound();
    node.run(unknown.dispose(store, chunks(from, to), NOW));
    unknown.endRound(store);
    node.runAll();
  }

  private long trashed() {
    return store.reports().stream().mapToLong(VolumeReport::trashChunks).sum();
  }

  private long served() {
    return store.reports().stream().mapToLong(VolumeReport::chunkCount).sum();
  }

  private List<TrashedChunk> inTrash() {
    return node.run(store.trash().list(Long.MAX_VALUE, null, 1_000));
  }

  private void confirm(long sinceMillis, long chunks) {
    node.run(unknown.brake().confirm(store.trash(), sinceMillis, chunks));
  }

  @Test
  void limit_isTheShareOrTheFloor() {
    TrashConfig usual = TrashConfig.defaults();
    assertThat(usual.limit(0)).isEqualTo(100);
    assertThat(usual.limit(10_099)).isEqualTo(100);
    assertThat(usual.limit(1_000_000)).isEqualTo(10_000);
    assertThat(usual.limit(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE / 100);
    assertThat(new TrashConfig(Duration.ZERO, 100, 0).limit(7)).as("no brake").isEqualTo(7);
  }

  @Test
  void dispose_few_goToTheTrash_andAreErasedWhenTheyAreOldEnough() {
    round(1, 6);
    assertThat(unknown.brake().isOn()).isFalse();
    assertThat(trashed()).isEqualTo(6);
    assertThat(node.run(store.trash().list(unknown.erasableBefore(NOW + 9_999), null, 10)))
        .isEmpty();
    List<TrashedChunk> old =
        node.run(store.trash().list(unknown.erasableBefore(NOW + 10_000), null, 10));
    assertThat(old).hasSize(6);
    node.run(unknown.erase(store, old));
    assertThat(trashed()).isZero();
    assertThat(served()).isEqualTo(CHUNKS - 6);
  }

  /** The scrubber finds them one by one, and the trash is emptied meanwhile. */
  @Test
  void forgotten_aFewAtATime_countTogether() {
    for (int found : List.of(3, 2, 1)) {
      unknown.forgotten(store, found, NOW);
      node.runAll();
      assertThat(unknown.brake().isOn()).isFalse();
    }
    unknown.forgotten(store, 1, NOW);
    node.runAll();
    assertThat(unknown.brake().isOn()).isTrue();
    confirm(NOW, 7);
    unknown.forgotten(store, 6, NOW);
    node.runAll();
    assertThat(unknown.brake().isOn()).as("an operator has seen the ones before").isFalse();
  }

  @Test
  void dispose_oneTooMany_stopsAll() {
    round(1, 6);
    round(7, 7);
    assertThat(unknown.brake().isOn()).isTrue();
    assertThat(trashed()).as("what is in the trash stays there").isEqualTo(6);
    assertThat(served()).as("and the other stays out of it").isEqualTo(CHUNKS - 6);
    assertThat(unknown.status(store).unknownChunks()).isEqualTo(7);
    assertThat(unknown.status(store).brake().sinceMillis()).isEqualTo(NOW);

    node.run(unknown.erase(store, inTrash()));
    assertThat(trashed()).as("nothing is erased").isEqualTo(6);
  }

  /** A whole page beyond the limit: nothing of it is moved. */
  @Test
  void dispose_allOfThem_movesNothing() {
    round(1, CHUNKS);
    assertThat(unknown.brake().isOn()).isTrue();
    assertThat(trashed()).isZero();
    assertThat(served()).isEqualTo(CHUNKS);
    assertThat(unknown.status(store).unknownChunks()).isEqualTo(CHUNKS);
  }

  @Test
  void brake_staysOnOverACrash_untilItIsConfirmed() {
    round(1, 20);
    node.crash(new SplittableRandom(1));
    store = node.start();
    unknown = load(CONFIG);
    assertThat(unknown.brake().isOn()).isTrue();
    round(1, 2);
    assertThat(trashed()).as("few unknown chunks do not let it off").isZero();

    confirm(NOW - 1, 20);
    assertThat(unknown.brake().isOn()).as("confirmed was an earlier one").isTrue();
    confirm(NOW, 20);
    assertThat(unknown.brake().isOn()).isFalse();
    node.run(store.close());
    store = node.start();
    unknown = load(CONFIG);
    assertThat(unknown.brake().isOn()).isFalse();
    round(1, 20);
    assertThat(trashed()).isEqualTo(20);
  }

  @Test
  void confirm_holdsForSoMany_andNoMore() {
    round(1, 20);
    confirm(NOW, 20);
    round(1, 20);
    assertThat(trashed()).isEqualTo(20);
    round(21, 26);
    assertThat(trashed()).as("the usual number beside what was confirmed").isEqualTo(26);
    round(27, 27);
    assertThat(unknown.brake().isOn()).isTrue();
    assertThat(trashed()).isEqualTo(26);
  }

  @Test
  void confirm_isUsedUpByErasing() {
    round(1, 20);
    confirm(NOW, 20);
    round(1, 20);
    node.run(unknown.erase(store, inTrash()));
    assertThat(trashed()).isZero();
    round(21, 27);
    assertThat(unknown.brake().isOn()).as("seven of the forty that are left").isTrue();
    assertThat(trashed()).isZero();
  }

  /** They are known after all: what was confirmed for them must not let others go. */
  @Test
  void confirm_chunksBecameKnown_holdsForNoOthers() {
    round(1, 20);
    confirm(NOW, 20);
    unknown.beginRound();
    unknown.endRound(store);
    node.runAll();
    round(30, 49);
    assertThat(unknown.brake().isOn()).isTrue();
    assertThat(trashed()).isZero();
  }

  @Test
  void noPeriod_erasesAtOnce_andStopsAsWell() {
    unknown = load(new TrashConfig(Duration.ZERO, 10, 2));
    unknown.beginRound();
    node.run(unknown.dispose(store, chunks(1, 4), NOW));
    assertThat(served()).isEqualTo(CHUNKS - 4);
    assertThat(trashed()).isZero();
    node.run(unknown.dispose(store, chunks(5, 8), NOW));
    assertThat(unknown.brake().isOn()).as("eight of them in one round").isTrue();
    assertThat(served()).isEqualTo(CHUNKS - 4);
  }
}
