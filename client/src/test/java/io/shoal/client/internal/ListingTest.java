package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.RenameRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListingTest {
  private final QueueExecutor callbacks = new QueueExecutor();
  private final TestResources resources = new TestResources(callbacks);
  private final FakeNamespace namespace = new FakeNamespace();
  private final DirectMetadata metadata = new DirectMetadata(namespace);
  private final Operations operations = new Operations(10, callbacks, null);
  private final Recorder recorder = new Recorder();

  @AfterEach
  void end() {
    resources.close();
  }

  @Test
  void subscribe_nothingRequested_nothingFetched() {
    list("/", 10);
    assertThat(recorder.names).isEmpty();
    assertThat(metadata.requests()).isEmpty();
  }

  @Test
  void request_some_soManyAreDelivered() {
    list("/", 3_000);
    request(5);
    assertThat(recorder.names).containsExactly(names(5));
    request(1);
    request(2);
    assertThat(recorder.names).containsExactly(names(8));
    assertThat(recorder.ended).isFalse();
  }

  @Test
  void request_someOfALargeDirectory_atMostOnePageAheadIsFetched() {
    list("/", 3_000);
    request(1);
    long fetched =
        metadata.requests().stream().mapToLong(request -> request.getList().getLimit()).sum();
    assertThat(fetched).isLessThanOrEqualTo(1_024);
    request(Long.MAX_VALUE);
    assertThat(recorder.names).hasSize(3_000);
  }

  @Test
  void request_all_everyPageInOrderAndThenTheEnd() {
    list("/", 5_000);
    request(Long.MAX_VALUE);
    assertThat(recorder.names).containsExactly(names(5_000));
    assertThat(recorder.completed).isEqualTo(1);
  }

  @Test
  void request_exactlyAsManyAsThereAre_completesWithoutFurtherDemand() {
    list("/", 64);
    request(64);
    assertThat(recorder.names).hasSize(64);
    assertThat(recorder.completed).isEqualTo(1);
  }

  @Test
  void request_emptyDirectory_completes() {
    list("/", 0);
    request(1);
    assertThat(recorder.completed).isEqualTo(1);
  }

  @Test
  void request_oneAtATimeFromWithinOnNext_deliversAllWithoutNesting() {
    recorder.oneByOne = true;
    list("/", 2_500);
    request(1);
    assertThat(recorder.names).hasSize(2_500);
    assertThat(recorder.deepest).isEqualTo(1);
    assertThat(recorder.completed).isEqualTo(1);
  }

  @Test
  void entries_havePathAndStatus() {
    namespace.add("/dir", FileType.FILE_TYPE_DIRECTORY);
    namespace.add("/dir/file", FileType.FILE_TYPE_FILE);
    subscribe("/dir/");
    request(10);
    DirectoryEntry entry = recorder.entries.get(0);
    assertThat(entry.name()).isEqualTo("file");
    assertThat(entry.status().path()).isEqualTo("/dir/file");
  }

  @Test
  void directoryRenamedBetweenPages_listingGoesOn() {
    namespace.add("/old", FileType.FILE_TYPE_DIRECTORY);
    IntStream.range(0, 3_000)
        .forEach(i -> namespace.add("/old/" + name(i), FileType.FILE_TYPE_FILE));
    subscribe("/old");
    request(1);
    var unused =
        metadata.rename(
            RenameRequest.newBuilder().setSource("/old").setDestination("/new").build(),
            resources.get().metadataDeadline());
    request(10);
    assertThat(recorder.names).hasSize(11);
  }

  @Test
  void cancel_withAPageUnderWay_cancelsItAndNothingMoreComes() {
    metadata.hold();
    list("/", 10);
    request(5);
    assertThat(metadata.heldCount()).isEqualTo(1);
    recorder.subscription().cancel();
    callbacks.runAll();
    assertThat(metadata.heldCount()).isZero();
    metadata.release();
    callbacks.runAll();
    assertThat(recorder.names).isEmpty();
    assertThat(recorder.ended).isFalse();
  }

  @Test
  void cancel_betweenEntries_nothingMoreComes() {
    list("/", 100);
    recorder.cancelAfter = 3;
    request(50);
    assertThat(recorder.names).hasSize(3);
    assertThat(recorder.ended).isFalse();
  }

  @Test
  void request_zero_failsWithIllegalArgument() {
    list("/", 10);
    request(0);
    assertThat(recorder.failure).isInstanceOf(IllegalArgumentException.class);
    request(1);
    assertThat(recorder.names).isEmpty();
  }

  @Test
  void directoryMissing_failsWithNotFound() {
    subscribe("/missing");
    request(1);
    assertThat(((ShoalException) recorder.failure).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void pathInvalid_failsWithInvalidArgument() {
    subscribe("relative");
    request(1);
    assertThat(((ShoalException) recorder.failure).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void laterPageFails_whatCameBeforeIsDeliveredFirst() {
    list("/", 2_000);
    request(1_024);
    metadata.hold();
    request(Long.MAX_VALUE);
    metadata.failHeld(ErrorCode.UNAVAILABLE);
    callbacks.runAll();
    assertThat(recorder.names.size()).isGreaterThanOrEqualTo(1_024);
    assertThat(((ShoalException) recorder.failure).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void subscriberThrows_hearsNothingMore() {
    list("/", 10);
    recorder.throwAfter = 2;
    request(10);
    assertThat(recorder.names).hasSize(2);
    assertThat(recorder.ended).isFalse();
  }

  @Test
  void subscribe_twice_eachFromTheBeginning() {
    list("/", 10);
    request(4);
    Recorder second = new Recorder();
    publisher("/").subscribe(second);
    callbacks.runAll();
    second.subscription().request(2);
    callbacks.runAll();
    assertThat(second.names).containsExactly(names(2));
  }

  private void list(String directory, int files) {
    IntStream.range(0, files).forEach(i -> namespace.add("/" + name(i), FileType.FILE_TYPE_FILE));
    subscribe(directory);
  }

  private void subscribe(String directory) {
    publisher(directory).subscribe(recorder);
    callbacks.runAll();
  }

  private ListingPublisher publisher(String directory) {
    return new ListingPublisher(resources.get(), metadata, operations, directory);
  }

  private void request(long count) {
    recorder.subscription().request(count);
    callbacks.runAll();
  }

  private static String name(int number) {
    return "f%05d".formatted(number);
  }

  private static String[] names(int count) {
    return IntStream.range(0, count).mapToObj(ListingTest::name).toArray(String[]::new);
  }

  /** Keeps what it is told. */
  private static final class Recorder implements Flow.Subscriber<DirectoryEntry> {
    private final List<DirectoryEntry> entries = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private Flow.@Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private int completed;
    private boolean ended;
    private boolean oneByOne;
    private int cancelAfter = -1;
    private int throwAfter = -1;
    private int depth;
    private int deepest;

    Flow.Subscription subscription() {
      assertThat(subscription).isNotNull();
      return subscription;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
    }

    @Override
    public void onNext(DirectoryEntry entry) {
      depth++;
      deepest = Math.max(deepest, depth);
      entries.add(entry);
      names.add(entry.name());
      if (oneByOne) {
        subscription().request(1);
      }
      if (names.size() == cancelAfter) {
        subscription().cancel();
      }
      depth--;
      if (names.size() == throwAfter) {
        throw new IllegalStateException("as told");
      }
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      ended = true;
    }

    @Override
    public void onComplete() {
      completed++;
      ended = true;
    }
  }
}
