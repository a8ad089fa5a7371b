package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.Property;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Rule X1 from the client's side: whatever gets lost, a mutation takes effect once. */
class ExactlyOnceTest {
  private static final int MUTATIONS = 120;

  private static final Behaviour[] FAULTS = {
    Behaviour.LOSE_REPLY, Behaviour.LOSE_REQUEST, Behaviour.OVERLOADED, Behaviour.OUTCOME_UNKNOWN
  };

  @Test
  void mutations_randomFaultsAndLeaders_eachTakesEffectOnce() {
    Property.check(8, ExactlyOnceTest::runOnce);
  }

  private static void runOnce(RandomGenerator random) {
    FakeNamespace namespace = new FakeNamespace();
    namespace.setSessions(60_000, 1 + random.nextInt(40));
    try (FakeMetadataServer first = new FakeMetadataServer(namespace);
        FakeMetadataServer second = new FakeMetadataServer(namespace);
        MetadataFixture fixture = new MetadataFixture().withoutPauses()) {
      second.follow(first.address().toString());
      first.behave(request -> misbehave(request, random, first, second));
      second.behave(request -> misbehave(request, random, second, first));
      fixture.client(first.address(), second.address());
      List<CompletableFuture<MkdirsReply>> replies = new ArrayList<>();
      for (int i = 0; i < MUTATIONS; i++) {
        replies.add(fixture.mkdir("/d" + i));
      }
      Set<Integer> cancelled = new HashSet<>();
      for (int i = 0; i < MUTATIONS; i += 1 + random.nextInt(40)) {
        if (replies.get(i).cancel(false)) {
          cancelled.add(i);
        }
      }
      for (int i = 0; i < MUTATIONS; i++) {
        if (!cancelled.contains(i)) {
          assertThat(Await.result(replies.get(i)).getCreated()).isEqualTo(1);
        }
      }
      first.behave(request -> Behaviour.SERVE);
      second.behave(request -> Behaviour.SERVE);
      assertEachOnce(namespace, cancelled.size());
    }
  }

  private static Behaviour misbehave(
      NamespaceRequest request,
      RandomGenerator random,
      FakeMetadataServer self,
      FakeMetadataServer other) {
    synchronized (random) {
      if (random.nextInt(60) == 0) {
        self.follow(random.nextBoolean() ? other.address().toString() : "");
        other.lead();
      }
      boolean faulty = request.hasMkdirs() && random.nextInt(8) == 0;
      return faulty ? FAULTS[random.nextInt(FAULTS.length)] : Behaviour.SERVE;
    }
  }

  private static void assertEachOnce(FakeNamespace namespace, int maybeMissing) {
    List<String> made =
        namespace.executed().stream()
            .filter(NamespaceRequest::hasMkdirs)
            .map(request -> request.getMkdirs().getPath())
            .toList();
    assertThat(made).doesNotHaveDuplicates();
    assertThat(namespace.executedCount(RequestCase.MKDIRS))
        .isBetween((long) MUTATIONS - maybeMissing, (long) MUTATIONS);
  }
}
