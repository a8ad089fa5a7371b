package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.ReadConsistency;
import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import io.shoal.proto.v1.StatRequest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads go to those who can answer them, and say what they have to show. */
class ReadingTest {
  private final FakeNamespace namespace = new FakeNamespace();
  private final FakeMetadataServer first = new FakeMetadataServer(namespace);
  private final FakeMetadataServer second = new FakeMetadataServer(namespace);
  private final MetadataFixture fixture = new MetadataFixture();

  @AfterEach
  void end() {
    fixture.close();
    first.close();
    second.close();
  }

  private long stat(ReadConsistency consistency) {
    StatRequest request = StatRequest.newBuilder().setTarget(ProtoMapping.targetOf("/")).build();
    return Await.result(client.reading(consistency).stat(request, fixture.deadline()))
        .getStatus()
        .getInodeId();
  }

  private MetadataClient client;

  private void connect() {
    // The random numbers that spread clients over servers are all 0: the first is asked first.
    client = fixture.withoutPauses().client(first.address(), second.address());
  }

  private List<NamespaceRequest> stats() {
    return Stream.of(first, second)
        .flatMap(server -> server.received().stream())
        .filter(NamespaceRequest::hasStat)
        .toList();
  }

  @Test
  void lease_goesToTheLeader_overTheStreamOfEverythingElse() {
    first.follow(second.address().toString());
    connect();
    assertThat(stat(ReadConsistency.LINEARIZABLE)).isPositive();
    assertThat(stat(ReadConsistency.LEASE)).isPositive();
    assertThat(second.streams()).isEqualTo(1);
    assertThat(second.received().get(1).getConsistency())
        .isEqualTo(io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_LEASE);
  }

  @Test
  void anyServer_answers_thoughItDoesNotLead() {
    first.follow(second.address().toString());
    second.follow(first.address().toString());
    connect();
    assertThat(stat(ReadConsistency.FOLLOWER)).isPositive();
    assertThat(stat(ReadConsistency.STALE)).isPositive();
    assertThat(stats())
        .extracting(NamespaceRequest::getConsistency)
        .containsExactly(
            io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_FOLLOWER,
            io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_STALE);
    // One for each: what a server can't tell the ones does not hold up the others.
    assertThat(first.streams() + second.streams()).isEqualTo(2);
    assertThat(first.watchers() + second.watchers()).isZero();
  }

  @Test
  void serverCannotTell_theOtherIsAsked() {
    first.follow("");
    first.cannotTell();
    connect();
    for (int i = 0; i < 4; i++) {
      assertThat(stat(ReadConsistency.FOLLOWER)).isPositive();
    }
    assertThat(first.receivedCount(RequestCase.STAT)).isEqualTo(1);
    assertThat(second.receivedCount(RequestCase.STAT)).isEqualTo(4);
  }

  @Test
  void serverIsGone_theOtherIsAsked() {
    connect();
    assertThat(stat(ReadConsistency.STALE)).isPositive();
    assertThat(first.receivedCount(RequestCase.STAT)).isEqualTo(1);
    first.close();
    assertThat(stat(ReadConsistency.STALE)).isPositive();
    assertThat(second.receivedCount(RequestCase.STAT)).isEqualTo(1);
  }

  /** One that has joined and has nothing yet, say. */
  @Test
  void serverHasNothing_theOtherIsAsked() {
    first.behave(request -> Behaviour.UNAVAILABLE);
    connect();
    for (int i = 0; i < 4; i++) {
      assertThat(stat(ReadConsistency.STALE)).isPositive();
    }
    assertThat(first.receivedCount(RequestCase.STAT)).isEqualTo(1);
  }

  /** They are there: it is no use to look whether they run. */
  @Test
  void nobodyCanTell_theFailureSaysWhatTheyAnswer() {
    first.cannotTell();
    second.cannotTell();
    connect();
    StatRequest request = StatRequest.newBuilder().setTarget(ProtoMapping.targetOf("/")).build();
    ShoalException failure =
        Await.failure(
            client.reading(ReadConsistency.FOLLOWER).stat(request, fixture.deadline(500)));
    assertThat(failure.code()).isIn(ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("can't tell how far the log is");
  }

  @Test
  void callsThatGoOn_saySinceWhen() {
    connect();
    StatRequest request = StatRequest.newBuilder().setTarget(ProtoMapping.targetOf("/")).build();
    Await.result(client.reading(ReadConsistency.STALE).since(77).stat(request, fixture.deadline()));
    assertThat(stats()).extracting(NamespaceRequest::getMinLogIndex).containsExactly(77L);
  }

  @Test
  void changes_stillGoToTheLeader() {
    first.follow(second.address().toString());
    connect();
    stat(ReadConsistency.STALE);
    assertThat(Await.result(fixture.mkdir("/a")).getCreated()).isEqualTo(1);
    assertThat(second.receivedCount(RequestCase.MKDIRS)).isEqualTo(1);
  }
}
