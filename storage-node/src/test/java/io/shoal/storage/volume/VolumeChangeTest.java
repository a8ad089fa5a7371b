package io.shoal.storage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ChunkDescription.State;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.index.MetadataHistory;
import io.shoal.storage.index.ScrubNote;
import io.shoal.storage.io.SimulatedDisk;
import io.shoal.storage.io.SimulatedDisk.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data directories that come and go while the store is open. */
class VolumeChangeTest extends StoreFixture {
  private static final int DISKS = 4;

  private final SimulatedNode node = new SimulatedNode(DISKS, CONFIG, System.nanoTime());
  private VolumeSet store = node.start(0);

  @AfterEach
  void closeAndCheck() {
    await(store.close());
    node.faults.assertNone();
    assertThat(node.allocator.unreleased()).as("buffers that nobody released").isZero();
  }

  @Test
  void added_takesChunks_andWhatIsOpenElsewhereGoesOn() {
    write(id(1), 1_000, 1_000);
    ChunkWriter open = open(id(2));
    fill(open, id(2), 0, 1_000, 1_000);

    assertThat(change(0, 1)).isEqualTo(new VolumeChange(paths(1), List.of()));
    fill(open, id(2), 1_000, 2_000, 1_000);
    assertThat(await(open.finish())).isEqualTo(durable(id(2), 2_000));
    open.close();
    assertThat(volumes()).containsExactly(1, 2);
    assertThat(List.of(volumeOfNew(id(3)), volumeOfNew(id(4)))).containsExactlyInAnyOrder(1, 2);
    assertReads(id(1), 0, 1_000);
    assertReads(id(2), 0, 2_000);
    restartOn(0, 1);
    assertThat(volumes()).containsExactly(1, 2);
    assertReads(id(3), 0, 500);
  }

  @Test
  void removed_itsChunksAreGone_andOthersGoOn() {
    change(0, 1);
    ChunkId first = id(1);
    ChunkId second = id(2);
    int ofFirst = volumeOfNew(first);
    int ofSecond = volumeOfNew(second);
    assertThat(ofFirst).isNotEqualTo(ofSecond);

    assertThat(change(ofFirst - 1)).isEqualTo(new VolumeChange(List.of(), paths(ofSecond - 1)));
    assertThat(volumes()).containsExactly(ofFirst);
    assertReads(first, 0, 500);
    assertThat(describe(second).state()).isEqualTo(State.UNKNOWN);
    assertThat(failureOf(store.openReader(second, 0, 1))).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(await(store.inventory(null, 10))).hasSize(1);

    change(0, 1);
    assertReads(second, 0, 500);
    assertThat(await(store.inventory(null, 10))).hasSize(2);
  }

  @Test
  void removed_whatIsBeingWrittenThereIsCutOff() {
    write(id(1), SMALL + 100_000, SMALL);
    ChunkWriter writer = open(id(2));
    fill(writer, id(2), 0, 1_000, 1_000);
    assertThat(change(1)).isEqualTo(new VolumeChange(paths(1), paths(0)));
    assertThat(failureOf(append(writer, id(2), 1_000, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failureOf(writer.finish())).isEqualTo(ErrorCode.UNAVAILABLE);
    writer.close();
    assertThat(volumeOfNew(id(3))).isEqualTo(2);
    // What was acknowledged is still there when the disk is.
    change(0, 1);
    assertReads(id(1), 0, SMALL);
  }

  @Test
  void removed_numberIsNotGivenAgain() {
    change(0, 1);
    change(0);
    change(0, 2);
    assertThat(volumes()).containsExactly(1, 3);
    change(2);
    restartOn(2, 3);
    assertThat(volumes()).containsExactly(3, 4);
  }

  @Test
  void same_changesNothing() {
    assertThat(change(0).isNone()).isTrue();
    assertThat(
            await(store.change(List.of(Path.of("./x/../disk0")), path -> node.disks.get(0)))
                .isNone())
        .isTrue();
  }

  @Test
  void notes_goAlong() {
    ScrubNote scrub = new ScrubNote(id(7), 3, 0, 0, 0);
    await(store.noteScrub(scrub));
    BrakeNote brake = new BrakeNote(4, true, 5, 6, new MetadataHistory(1, 9));
    await(store.trash().noteBrake(brake));
    change(1);
    restartOn(1);
    assertThat(await(store.scrubNote())).isEqualTo(scrub);
    assertThat(await(store.trash().brakeNote())).isEqualTo(brake);
  }

  @Test
  void unusable_isRefused_andNothingChanges() {
    write(id(1), 1_000, 1_000);
    node.disks.set(1, diskOf(new NodeIdentity("cluster", new UUID(7, 7))));
    assertRefused(ErrorCode.INVALID_ARGUMENT, "belongs to cluster cluster", 0, 1);
    assertRefused(ErrorCode.INVALID_ARGUMENT, "named twice", 0, 0);
    assertRefused(ErrorCode.INVALID_ARGUMENT, "at least one");
    // One that could be used is given back with the one that can't.
    assertRefused(ErrorCode.INVALID_ARGUMENT, "belongs to cluster cluster", 0, 2, 1);
    assertThat(change(0, 2)).isEqualTo(new VolumeChange(paths(2), List.of()));
    assertReads(id(1), 0, 1_000);
  }

  @Test
  void copyOfAVolume_isRefused() {
    node.disks.set(1, diskOf(SimulatedNode.OWNER));
    assertRefused(ErrorCode.INVALID_ARGUMENT, "is volume 1, as is disk0", 0, 1);
    assertRefused(ErrorCode.INVALID_ARGUMENT, "is volume 1, as is disk0", 1);
  }

  @Test
  void usedByAnotherProcess_isRefused() {
    SimulatedNode other = new SimulatedNode(1, CONFIG, 1);
    VolumeSet open = other.start();
    node.disks.set(1, other.disks.get(0));
    assertRefused(ErrorCode.UNAVAILABLE, "in use", 0, 1);
    other.run(open.close());
  }

  /** Returns a disk with the first volume of a node. */
  private static SimulatedDisk diskOf(NodeIdentity owner) {
    SimulatedNode other = new SimulatedNode(1, CONFIG, 1);
    other.run(other.start(owner, 0).close());
    return other.disks.get(0);
  }

  @Test
  void addedDiskFails_isFenced_andReportedAsSuch() {
    IOException eio = new IOException("EIO");
    node.disks
        .get(1)
        .setFault((operation, name) -> operation == Operation.CREATE_DIRECTORY ? eio : null);
    change(0, 1);
    assertThat(store.reports())
        .extracting(VolumeReport::health)
        .containsExactly(VolumeHealth.HEALTHY, VolumeHealth.FENCED);
    assertThat(volumeOfNew(id(1))).isEqualTo(1);
    change(0);
    assertThat(volumes()).containsExactly(1);
  }

  @Test
  void oneAtATime_andNoneAfterTheEnd() {
    CompletableFuture<VolumeChange> first = node.change(store, 0, 1);
    CompletableFuture<VolumeChange> second = node.change(store, 0, 2);
    assertThat(failureOf(second)).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(await(first).added()).isEqualTo(paths(1));
    CompletableFuture<VolumeChange> last = node.change(store, 0, 2);
    CompletableFuture<Void> closing = store.close();
    assertThat(failureOf(node.change(store, 0))).isEqualTo(ErrorCode.UNAVAILABLE);
    await(closing);
    assertThat(await(last).added()).isEqualTo(paths(2));
    // All locks were given back.
    store = node.start(0, 2);
    assertThat(volumes()).containsExactly(1, 3);
  }

  private void assertRefused(ErrorCode code, String message, int... wanted) {
    CompletableFuture<VolumeChange> change = node.change(store, wanted);
    assertThat(failureOf(change)).isEqualTo(code);
    Throwable refusal = change.handle((done, failure) -> failure).join();
    assertThat(ShoalException.of(refusal)).hasMessageContaining(message);
    assertThat(volumes()).containsExactly(1);
  }

  private VolumeChange change(int... wanted) {
    return await(node.change(store, wanted));
  }

  private void restartOn(int... used) {
    await(store.close());
    store = node.start(used);
  }

  /** Writes a chunk and tells where it came to lie. */
  private int volumeOfNew(ChunkId chunk) {
    ChunkWriter writer = open(chunk);
    fill(writer, chunk, 0, 500, 500);
    await(writer.finish());
    writer.close();
    return writer.volume().value();
  }

  private List<Integer> volumes() {
    return store.reports().stream().map(report -> report.volume().value()).toList();
  }

  private static List<Path> paths(int... disks) {
    return IntStream.of(disks).mapToObj(SimulatedNode::path).toList();
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
