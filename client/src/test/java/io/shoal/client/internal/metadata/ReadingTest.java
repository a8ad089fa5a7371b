package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.ReadConsistency;
import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeNamespace;
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
    client = fixture.client(first.address(), second.address());
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
    assertThat(first.streams() + second.streams()).isEqualTo(1);
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
    assertThat(second.receivedCount(RequestCase.STAT)).isEqualTo(4);
  }

  @Test
  void serverIsGone_theOtherIsAsked() {
    connect();
    assertThat(stat(ReadConsistency.STALE)).isPositive();
    FakeMetadataServer asked = first.streams() == 1 ? first : second;
    asked.close();
    assertThat(stat(ReadConsistency.STALE)).isPositive();
    assertThat(stats()).hasSizeGreaterThanOrEqualTo(2);
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
