package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client whose leader says nothing hears from the others who leads. */
class LeaderDoubtTest {
  /**
   * Half as long as a pause before the others are asked, and a twentieth of one before it is left.
   */
  private static final Duration STEP = Duration.ofMillis(200);

  private final FakeNamespace namespace = new FakeNamespace();
  private final FakeMetadataServer first = new FakeMetadataServer(namespace);
  private final FakeMetadataServer second = new FakeMetadataServer(namespace);
  private final FakeMetadataServer third = new FakeMetadataServer(namespace);
  private final FakeClock clock = new FakeClock();
  private final MetadataFixture fixture = new MetadataFixture();

  @AfterEach
  void end() {
    first.behave(request -> Behaviour.SERVE);
    fixture.close();
    first.close();
    second.close();
    third.close();
  }

  /** Connects to the first server, which then does nothing with what it is asked. */
  private CompletableFuture<MkdirsReply> askTheSilentOne() {
    second.follow("");
    third.follow("");
    fixture.with(clock).client(first.address(), second.address(), third.address());
    Await.result(fixture.mkdir("/first"));
    first.behave(request -> Behaviour.IGNORE);
    CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a");
    Await.until("asked", () -> first.receivedCount(RequestCase.MKDIRS) == 2);
    return reply;
  }

  private void passThePause() {
    clock.advance(STEP);
    clock.advance(STEP);
    Await.until("the others are asked", () -> second.watchers() + third.watchers() == 2);
  }

  @Test
  void silence_othersNameTheNextLeader_itIsAskedAtOnce() {
    CompletableFuture<MkdirsReply> reply = askTheSilentOne();
    passThePause();
    third.lead();
    second.announce(2, third.address());
    assertThat(Await.result(reply).getCreated()).isEqualTo(1);
    assertThat(third.receivedCount(RequestCase.MKDIRS)).isEqualTo(1);
    assertThat(second.streams()).isZero();
    Await.until("nobody is asked any more", () -> second.watchers() + third.watchers() == 0);
  }

  @Test
  void silence_othersStillNameTheSilentOne_itIsWaitedFor() {
    CompletableFuture<MkdirsReply> reply = askTheSilentOne();
    passThePause();
    second.announce(1, first.address());
    third.announce(1, first.address());
    first.behave(request -> Behaviour.SERVE);
    Await.result(fixture.mkdir("/b"));
    assertThat(first.streams()).isEqualTo(1);
    Await.until("nobody is asked any more", () -> second.watchers() + third.watchers() == 0);
    assertThat(reply).isNotDone();
    first.behave(request -> Behaviour.SERVE);
  }

  @Test
  void silence_anAnswerInTime_nobodyElseIsAsked() {
    CompletableFuture<MkdirsReply> reply = askTheSilentOne();
    first.behave(request -> Behaviour.SERVE);
    clock.advance(STEP);
    Await.result(fixture.mkdir("/b"));
    clock.advance(STEP);
    Await.result(fixture.mkdir("/c"));
    assertThat(reply).isNotDone();
    assertThat(second.watchers() + third.watchers()).isZero();
  }

  /** Also while a server that was left for its silence is not left again before its time. */
  @Test
  void silence_leaderIsElectedAfterItWasLeft_itIsAskedAtOnce() {
    CompletableFuture<MkdirsReply> reply = askTheSilentOne();
    passThePause();
    for (int i = 0; i < 8; i++) {
      clock.advance(STEP);
    }
    Await.until("it was left", () -> second.streams() + third.streams() > 0);
    third.lead();
    second.announce(2, third.address());
    assertThat(Await.result(reply).getCreated()).isEqualTo(1);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
  }

  @Test
  void connection_notTaken_othersNameTheLeader() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      fixture.with(clock).client(new HostPort("127.0.0.1", mute.getLocalPort()), second.address());
      CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a");
      Await.until(
          "the other is asked",
          () -> {
            clock.advanceMillis(20);
            return second.watchers() == 1;
          });
      second.announce(1, second.address());
      assertThat(Await.result(reply).getCreated()).isEqualTo(1);
    }
  }

  /** Waits between attempts grow while nobody leads; a new leader does not wait for their end. */
  @Test
  void nobodyLeads_theFirstThatDoesIsAskedAtOnce() {
    second.follow("");
    third.follow("");
    fixture.with(clock).withLongPauses().client(first.address(), second.address(), third.address());
    Await.result(fixture.mkdir("/first"));
    first.follow("");
    CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a");
    Await.until(
        "all are asked", () -> first.watchers() + second.watchers() + third.watchers() == 3);
    third.lead();
    first.announce(2, third.address());
    assertThat(Await.result(reply).getCreated()).isEqualTo(1);
  }
}
