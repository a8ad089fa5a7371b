package io.shoal.client.internal.transfer;

import static io.shoal.client.internal.simulation.Patterns.bytes;
import static io.shoal.client.internal.simulation.Simulation.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AttributeChange;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.simulation.SimulatedNode;
import io.shoal.client.internal.simulation.Simulation;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.NoLeaks;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class TransferOperationsTest {
  private static final String PATH = "/a/file";

  @TempDir Path directory;
  private Simulation cluster = new Simulation(1);

  @AfterEach
  void end() {
    cluster.close();
  }

  private Path local(byte[] content) throws IOException {
    return Files.write(directory.resolve("local"), content);
  }

  private CompletableFuture<FileStatus> put(Path source, PutOptions options) {
    return cluster.operations().put(source, PATH, options);
  }

  private void store(byte[] content) {
    cluster.await(
        cluster
            .operations()
            .put(ByteBuffer.wrap(content), PATH, PutOptions.DEFAULT.withOverwrite(true)));
  }

  private CompletableFuture<FileStatus> get(Path target, GetOptions options) {
    return cluster.reads().get(PATH, target, options);
  }

  private List<String> localNames() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  // --------------------------------------------------------------------------------- put of a path

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 40 * CHUNK_BYTES + 12_345})
  void putPath_anyLength_isStored(int length) throws IOException {
    FileStatus status = cluster.await(put(local(bytes(length)), PutOptions.DEFAULT));
    assertThat(status.length()).isEqualTo(length);
    assertThat(cluster.content(PATH)).isEqualTo(bytes(length));
    assertThat(cluster.metadata().isSealed(PATH)).isTrue();
  }

  @Test
  void putPath_small_isOneCommit() throws IOException {
    cluster.await(put(local(bytes(1_000)), PutOptions.DEFAULT));
    assertThat(cluster.metadata().count(RequestCase.COMMIT)).isEqualTo(1);
    assertThat(cluster.metadata().count(RequestCase.CREATE_FILE)).isZero();
  }

  @Test
  void putPath_keepAttributes_givesModeAndTime() throws IOException {
    Path source = local(bytes(10));
    Instant time = Instant.ofEpochSecond(1_000_000_000);
    Files.setLastModifiedTime(source, FileTime.from(time));
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r-x--x"));
    FileStatus kept = cluster.await(put(source, PutOptions.DEFAULT.withKeepAttributes(true)));
    assertThat(kept.modifiedAt()).isEqualTo(time);
    assertThat(kept.mode()).isEqualTo(0651);

    PutOptions explicit =
        PutOptions.DEFAULT
            .withOverwrite(true)
            .withKeepAttributes(true)
            .withAttributes(AttributeChange.NONE.withMode(0600));
    assertThat(cluster.await(put(source, explicit)).mode()).isEqualTo(0600);
  }

  @Test
  void putPath_noRegularFile_isRefused() throws IOException {
    for (Path source : List.of(directory, directory.resolve("none"))) {
      ShoalException failure = cluster.awaitFailure(put(source, PutOptions.DEFAULT));
      assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(failure.subject()).isEqualTo(source.toString());
    }
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }

  private void putWhile(Change change) throws IOException {
    Path source = local(bytes(40 * CHUNK_BYTES));
    CompletableFuture<FileStatus> put = put(source, PutOptions.DEFAULT);
    for (int i = 0; i < 100; i++) {
      cluster.step();
    }
    change.make(source);
    ShoalException failure = cluster.awaitFailure(put);
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.subject()).isEqualTo(source.toString());
    cluster.settle();
    assertThat(cluster.metadata().exists(PATH)).isFalse();
    assertThat(cluster.metadata().pendingCount()).isZero();
  }

  private interface Change {
    void make(Path source) throws IOException;
  }

  @Test
  void putPath_sourceShrinks_failsAndLeavesNothing() throws IOException {
    putWhile(source -> Files.write(source, bytes(100)));
  }

  @Test
  void putPath_sourceGrows_failsAndLeavesNothing() throws IOException {
    putWhile(source -> Files.write(source, bytes(1), StandardOpenOption.APPEND));
  }

  @Test
  void putPath_sourceVanishes_failsAndLeavesNothing() throws IOException {
    putWhile(Files::delete);
  }

  @Test
  void putPath_sourceIsReplaced_failsAndLeavesNothing() throws IOException {
    putWhile(
        source -> {
          Path other = Files.write(directory.resolve("other"), bytes(40 * CHUNK_BYTES));
          Files.move(other, source, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        });
  }

  @Test
  void putPath_cancelledAtAnyStep_leavesNothingOrAll() throws IOException {
    Path source = local(bytes(3 * CHUNK_BYTES));
    cluster.close();
    for (int steps = 0; steps < 150; steps += 4) {
      cluster = new Simulation(steps);
      CompletableFuture<FileStatus> put = put(source, PutOptions.DEFAULT);
      for (int i = 0; i < steps; i++) {
        cluster.step();
      }
      put.cancel(false);
      cluster.close();
      if (cluster.metadata().exists(PATH)) {
        assertThat(cluster.content(PATH)).isEqualTo(bytes(3 * CHUNK_BYTES));
      }
    }
    cluster = new Simulation(1);
  }

  @Test
  void putPath_manyAtOnce_shareTheBudget() throws IOException {
    List<CompletableFuture<FileStatus>> puts = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Path source = Files.write(directory.resolve("local-" + i), bytes(50_000 * i));
      puts.add(cluster.operations().put(source, "/file-" + i, PutOptions.DEFAULT));
    }
    for (int i = 0; i < 30; i++) {
      cluster.await(puts.get(i));
      assertThat(cluster.content("/file-" + i)).isEqualTo(bytes(50_000 * i));
    }
  }

  // ---------------------------------------------------------------------------- put of a publisher

  /** Publishes pieces of some bytes, and then the end or a failure. */
  private static final class Pieces implements Flow.Publisher<ByteBuffer>, Flow.Subscription {
    private final byte[] bytes;
    private final int pieceBytes;
    private final boolean failing;
    private final List<Flow.Subscriber<? super ByteBuffer>> subscribers = new ArrayList<>();
    private int next;
    private long mostAhead;
    private long demand;
    private boolean over;

    Pieces(byte[] bytes, int pieceBytes, boolean failing) {
      this.bytes = bytes;
      this.pieceBytes = pieceBytes;
      this.failing = failing;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      subscribers.add(subscriber);
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long count) {
      demand += count;
      mostAhead = Math.max(mostAhead, demand);
      while (demand > 0 && !over && next < bytes.length) {
        demand--;
        int length = Math.min(pieceBytes, bytes.length - next);
        next += length;
        subscribers.get(0).onNext(ByteBuffer.wrap(bytes, next - length, length));
      }
      if (!over && next == bytes.length) {
        over = true;
        if (failing) {
          subscribers.get(0).onError(new IOException("as told"));
        } else {
          subscribers.get(0).onComplete();
        }
      }
    }

    @Override
    public void cancel() {
      over = true;
    }
  }

  @Test
  void putPublisher_isStored() {
    for (int piece : new int[] {7_001, 100_000, CHUNK_BYTES}) {
      Pieces pieces = new Pieces(bytes(1_000_000), piece, false);
      cluster.await(cluster.operations().put(pieces, PATH, PutOptions.DEFAULT.withOverwrite(true)));
      assertThat(cluster.content(PATH)).isEqualTo(bytes(1_000_000));
      assertThat(pieces.mostAhead).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void putPublisher_fails_soDoesThePut() {
    Pieces pieces = new Pieces(bytes(1_000_000), 10_000, true);
    ShoalException failure =
        cluster.awaitFailure(cluster.operations().put(pieces, PATH, PutOptions.DEFAULT));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage()).contains("as told");
    assertThat(cluster.metadata().exists(PATH)).isFalse();
  }

  @Test
  void putPublisher_targetExists_isCancelledEarly() {
    store(bytes(1));
    Pieces pieces = new Pieces(bytes(8_000_000), 10_000, false);
    assertThat(
            cluster.awaitFailure(cluster.operations().put(pieces, PATH, PutOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
    cluster.settle();
    assertThat(pieces.over).isTrue();
    assertThat(pieces.next).isLessThan(8_000_000);
  }

  @Test
  void putPublisher_cancelled_cancelsTheSubscription() {
    Pieces pieces = new Pieces(bytes(8_000_000), 10_000, false);
    CompletableFuture<FileStatus> put = cluster.operations().put(pieces, PATH, PutOptions.DEFAULT);
    for (int i = 0; i < 50; i++) {
      cluster.step();
    }
    put.cancel(false);
    cluster.settle();
    assertThat(pieces.over).isTrue();
    assertThat(cluster.metadata().pendingCount()).isZero();
  }

  // ----------------------------------------------------------------------------------- get to a
  // path

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK_BYTES, 40 * CHUNK_BYTES + 12_345})
  void getPath_anyLength_isTheSame(int length) throws IOException {
    store(bytes(length));
    List<Long> told = new ArrayList<>();
    Path target = directory.resolve("target");
    FileStatus status = cluster.await(get(target, GetOptions.DEFAULT.withProgress(told::add)));
    assertThat(status.length()).isEqualTo(length);
    assertThat(Files.readAllBytes(target)).isEqualTo(bytes(length));
    assertThat(localNames()).containsExactly("target");
    cluster.settle();
    assertThat(told.stream().mapToLong(Long::longValue).sum()).isEqualTo(length);
  }

  @Test
  void getPath_existingTarget_isRefusedUnlessAskedFor() throws IOException {
    store(bytes(100));
    Path target = local(bytes(5));
    assertThat(cluster.awaitFailure(get(target, GetOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
    assertThat(Files.readAllBytes(target)).isEqualTo(bytes(5));
    cluster.await(get(target, GetOptions.DEFAULT.withOverwrite(true)));
    assertThat(Files.readAllBytes(target)).isEqualTo(bytes(100));
  }

  @Test
  void getPath_targetAppearsMeanwhile_isNotReplaced() throws IOException {
    store(bytes(10 * CHUNK_BYTES));
    Path target = directory.resolve("target");
    CompletableFuture<FileStatus> get = get(target, GetOptions.DEFAULT);
    while (localNames().isEmpty()) {
      cluster.step();
    }
    Files.write(target, bytes(3));
    assertThat(cluster.awaitFailure(get).code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
    assertThat(Files.readAllBytes(target)).isEqualTo(bytes(3));
    assertThat(localNames()).containsExactly("target");
  }

  @Test
  void getPath_targetThatCantBe_isRefused() throws IOException {
    store(bytes(1));
    GetOptions overwrite = GetOptions.DEFAULT.withOverwrite(true);
    assertThat(cluster.awaitFailure(get(directory, overwrite)).code())
        .isEqualTo(ErrorCode.IS_A_DIRECTORY);
    assertThat(cluster.awaitFailure(get(directory.resolve("none/target"), overwrite)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(cluster.awaitFailure(get(Path.of("/dev/null"), overwrite)).code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(localNames()).isEmpty();
  }

  @Test
  void getPath_symbolicLink_replacesWhatItPointsTo() throws IOException {
    store(bytes(77));
    Path real = local(bytes(5));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    cluster.await(get(link, GetOptions.DEFAULT.withOverwrite(true)));
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.readAllBytes(real)).isEqualTo(bytes(77));
  }

  @Test
  void getPath_keepAttributes_givesModeAndTime() throws IOException {
    Instant time = Instant.ofEpochSecond(1_000_000_000);
    cluster.await(
        cluster
            .operations()
            .put(
                ByteBuffer.wrap(bytes(10)),
                PATH,
                PutOptions.DEFAULT.withAttributes(
                    AttributeChange.NONE.withMode(0651).withModifiedAt(time))));
    Path target = directory.resolve("target");
    cluster.await(get(target, GetOptions.DEFAULT.withKeepAttributes(true)));
    assertThat(Files.getLastModifiedTime(target).toInstant()).isEqualTo(time);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-r-x--x");
  }

  @Test
  void getPath_missingSource_leavesNothing() throws IOException {
    assertThat(cluster.awaitFailure(get(directory.resolve("t"), GetOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(localNames()).isEmpty();
  }

  @Test
  void getPath_chunkUnreadable_leavesNothing() throws IOException {
    store(bytes(10 * CHUNK_BYTES));
    cluster.nodes().forEach(SimulatedNode::kill);
    assertThat(cluster.awaitFailure(get(directory.resolve("t"), GetOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.CHUNK_UNREADABLE);
    assertThat(localNames()).isEmpty();
  }

  @Test
  void getPath_cancelledAtAnyStep_leavesNothingOrAll() throws IOException {
    store(bytes(3 * CHUNK_BYTES));
    Path target = directory.resolve("target");
    for (int steps = 0; steps < 150; steps += 4) {
      CompletableFuture<FileStatus> get = get(target, GetOptions.DEFAULT);
      for (int i = 0; i < steps; i++) {
        cluster.step();
      }
      get.cancel(false);
      cluster.settle();
      assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
      if (Files.deleteIfExists(target)) {
        assertThat(steps).isGreaterThan(30);
      }
      assertThat(localNames()).isEmpty();
    }
  }

  @Test
  void close_transfersUnderWay_leavesNothing() throws IOException {
    store(bytes(30 * CHUNK_BYTES));
    Path source = Files.write(directory.resolve("source"), bytes(30 * CHUNK_BYTES));
    CompletableFuture<FileStatus> get = get(directory.resolve("target"), GetOptions.DEFAULT);
    CompletableFuture<FileStatus> put =
        cluster.operations().put(source, "/other", PutOptions.DEFAULT);
    CompletableFuture<ByteBuffer> memory = cluster.reads().get(PATH, Integer.MAX_VALUE);
    while (localNames().size() < 2) {
      cluster.step();
    }
    cluster.await(cluster.operations().close());
    for (CompletableFuture<?> transfer : List.of(get, put, memory)) {
      assertThat(cluster.awaitFailure(transfer).code()).isEqualTo(ErrorCode.CANCELLED);
    }
    assertThat(localNames()).containsExactly("source");
    assertThat(
            cluster
                .awaitFailure(cluster.operations().put(source, "/other", PutOptions.DEFAULT))
                .code())
        .isEqualTo(ErrorCode.CANCELLED);
  }

  // ---------------------------------------------------------------------------------- get to
  // memory

  @Test
  void getMemory_isTheSame() {
    store(bytes(300_000));
    ByteBuffer bytes = cluster.await(cluster.reads().get(PATH, 300_000));
    assertThat(bytes.hasArray()).isTrue();
    assertThat(bytes).isEqualTo(ByteBuffer.wrap(bytes(300_000)));
    assertThat(cluster.awaitFailure(cluster.reads().get(PATH, 299_999)).code())
        .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
  }

  @Test
  void getMemory_empty_isEmpty() {
    store(new byte[0]);
    assertThat(cluster.await(cluster.reads().get(PATH, 0)).remaining()).isZero();
  }

  @Test
  void getMemory_cancelled_holdsNothing() {
    store(bytes(300_000));
    for (int steps = 0; steps < 60; steps += 3) {
      CompletableFuture<ByteBuffer> get = cluster.reads().get(PATH, 1 << 20);
      for (int i = 0; i < steps; i++) {
        cluster.step();
      }
      get.cancel(false);
      cluster.settle();
      assertThat(cluster.resources().budgets().reads().heldBytes()).isZero();
    }
  }
}
