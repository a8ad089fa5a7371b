package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.SessionId;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The session of a client: when it is renewed, and what becomes of calls when it has ended. */
class MetadataSessionTest {
  private final FakeNamespace namespace = new FakeNamespace();
  private final FakeMetadataServer server = new FakeMetadataServer(namespace);
  private final MetadataFixture fixture = new MetadataFixture();

  @AfterEach
  void end() {
    server.behave(request -> Behaviour.SERVE);
    fixture.close();
    server.close();
  }

  @Test
  void mutation_sessionExpired_runsInANewOneBecauseItWasSurelyNotExecuted() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/a"));
    namespace.expireSessions();
    Await.result(fixture.mkdir("/b"));
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
    assertThat(server.receivedCount(RequestCase.OPEN_SESSION)).isEqualTo(2);
  }

  @Test
  void mutation_replyLostAndSessionExpired_outcomeUnknown() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/a"));
    server.behave(
        request -> {
          if (!request.hasMkdirs()) {
            return Behaviour.SERVE;
          }
          if (namespace.executedCount(RequestCase.MKDIRS) == 1) {
            return Behaviour.LOSE_REPLY;
          }
          namespace.expireSessions();
          return Behaviour.SERVE;
        });
    ShoalException failure = Await.failure(fixture.mkdir("/b"));
    assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
  }

  @Test
  void mutation_boundToItsSession_failsWithSessionUnknown() {
    MetadataClient client = fixture.client(server.address());
    Await.result(fixture.mkdir("/a"));
    namespace.expireSessions();
    ShoalException failure =
        Await.failure(client.commit(CommitRequest.getDefaultInstance(), fixture.deadline()));
    assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_UNKNOWN);
  }

  @Test
  void session_quiet_renewedAfterAThirdOfItsLife() {
    FakeClock clock = new FakeClock();
    namespace.setSessions(30_000, 16);
    fixture.with(clock).client(server.address());
    Await.result(fixture.mkdir("/a"));
    clock.advance(Duration.ofMillis(9_900));
    assertThat(server.receivedCount(RequestCase.RENEW_SESSION)).isZero();
    clock.advance(Duration.ofMillis(200));
    Await.until("renewed", () -> server.receivedCount(RequestCase.RENEW_SESSION) == 1);
  }

  /** As after a process stood still: grants of a session that is gone are worth nothing. */
  @Test
  void session_quietForAllItsLife_isAskedForBeforeItIsUsed() {
    FakeClock clock = new FakeClock();
    namespace.setSessions(30_000, 16);
    MetadataClient client = fixture.with(clock).client(server.address());
    SessionId first = Await.result(client.session());
    namespace.expireSessions();
    // The renewals that were due long ago are not answered.
    server.behave(request -> request.hasRenewSession() ? Behaviour.IGNORE : Behaviour.SERVE);
    clock.advance(Duration.ofSeconds(31));
    Await.until("renewal", () -> server.receivedCount(RequestCase.RENEW_SESSION) >= 1);
    server.behave(request -> Behaviour.SERVE);
    assertThat(resultWhileTimePasses(clock, client.session())).isNotEqualTo(first);
  }

  /** Nothing that the caller wants to do was sent. */
  @Test
  void session_quietForAllItsLifeAndNobodyAnswers_isNoUnknownOutcome() {
    FakeClock clock = new FakeClock();
    namespace.setSessions(30_000, 16);
    MetadataClient client = fixture.with(clock).client(server.address());
    Await.result(client.session());
    server.behave(request -> Behaviour.IGNORE);
    clock.advance(Duration.ofSeconds(31));
    CompletableFuture<SessionId> verified = client.session();
    assertThat(verified).isNotDone();
    Await.until(
        "given up",
        () -> {
          clock.advance(Duration.ofSeconds(1));
          return verified.isDone();
        });
    assertThat(Await.failure(verified).code())
        .isIn(ErrorCode.DEADLINE_EXCEEDED, ErrorCode.UNAVAILABLE);
    server.behave(request -> Behaviour.SERVE);
  }

  @Test
  void session_quietForAllItsLifeAndAlive_staysTheSame() {
    FakeClock clock = new FakeClock();
    namespace.setSessions(30_000, 16);
    MetadataClient client = fixture.with(clock).client(server.address());
    SessionId first = Await.result(client.session());
    clock.advance(Duration.ofSeconds(31));
    assertThat(resultWhileTimePasses(clock, client.session())).isEqualTo(first);
    assertThat(server.receivedCount(RequestCase.OPEN_SESSION)).isEqualTo(1);
  }

  /** A connection that was given up meanwhile comes back after a pause. */
  private static <T> T resultWhileTimePasses(FakeClock clock, CompletableFuture<T> future) {
    Await.until(
        "it is done",
        () -> {
          clock.advanceMillis(20);
          return future.isDone();
        });
    return Await.result(future);
  }

  @Test
  void session_mutationsGo_notRenewed() {
    FakeClock clock = new FakeClock();
    namespace.setSessions(30_000, 16);
    fixture.with(clock).client(server.address());
    for (int i = 0; i < 10; i++) {
      Await.result(fixture.mkdir("/d" + i));
      clock.advance(Duration.ofSeconds(6));
    }
    assertThat(server.receivedCount(RequestCase.RENEW_SESSION)).isZero();
  }
}
