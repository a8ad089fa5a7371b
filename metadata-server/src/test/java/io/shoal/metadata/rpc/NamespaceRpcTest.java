package io.shoal.metadata.rpc;

import static io.shoal.metadata.rpc.TestPipeline.ok;
import static io.shoal.metadata.rpc.TestPipeline.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.testing.Await;
import io.shoal.metadata.command.NamespaceCommand.Mkdirs;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.ReadConsistency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Streams of requests, and single ones: order, bounds, ends. */
class NamespaceRpcTest {
  @Test
  void pipeline_serverThatDoesNotLead_namesTheLeader() {
    try (TestServer server = TestServer.follower();
        TestPipeline client = server.pipeline()) {
      var error = refused(client.send(Requests.stat("/")), ErrorCode.NOT_LEADER);
      assertThat(error.getSubject()).isEqualTo("10.0.0.7:9200");
    }
  }

  @Test
  void pipeline_leadershipLostAndWonAgain_refusesAndServesAgain() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      client.callMutation(Requests.mkdirs("/a"));
      server.loseLeadership(1);
      refused(client.send(Requests.stat("/a")), ErrorCode.NOT_LEADER);
      refused(client.mutate(Requests.mkdirs("/b")), ErrorCode.NOT_LEADER);
      server.lead(2);
      client.call(Requests.stat("/a"));
      refused(client.send(Requests.stat("/b")), ErrorCode.NOT_FOUND);
    }
  }

  @Test
  void reads_thatMayBeStale_areAnsweredByAServerThatDoesNotLead() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      client.callMutation(Requests.mkdirs("/a"));
      server.loseLeadership(1);
      NamespaceRequest.Builder stat =
          Requests.stat("/a").setConsistency(ReadConsistency.READ_CONSISTENCY_STALE);
      assertThat(client.call(stat).getStat().getStatus().getInodeId()).isPositive();
      NamespaceRequest.Builder lease =
          Requests.stat("/a").setConsistency(ReadConsistency.READ_CONSISTENCY_LEASE);
      refused(client.send(lease), ErrorCode.NOT_LEADER);
      NamespaceRequest.Builder follower =
          Requests.stat("/a").setConsistency(ReadConsistency.READ_CONSISTENCY_FOLLOWER);
      refused(client.send(follower), ErrorCode.NOT_LEADER);
    }
  }

  /** An answer that goes on from another server's must not be older. */
  @Test
  void reads_thatMayBeStale_areRefusedByAServerThatIsBehindTheAnswerBefore() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      client.callMutation(Requests.mkdirs("/a"));
      NamespaceRequest.Builder list =
          Requests.list("/", 10).setConsistency(ReadConsistency.READ_CONSISTENCY_STALE);
      long shown = client.call(list.clone()).getList().getLogIndex();
      assertThat(shown).isPositive();
      client.call(list.clone().setMinLogIndex(shown));
      refused(client.send(list.clone().setMinLogIndex(shown + 1)), ErrorCode.UNAVAILABLE);
      client.callMutation(Requests.mkdirs("/b"));
      client.call(list.clone().setMinLogIndex(shown + 1));
    }
  }

  /** Nothing is there is another answer than: there is nothing. */
  @Test
  void reads_ofAServerThatHasNothingOfTheCluster_areRefused() {
    try (TestServer server = TestServer.follower();
        TestPipeline client = server.pipeline()) {
      NamespaceRequest.Builder list =
          Requests.list("/", 10).setConsistency(ReadConsistency.READ_CONSISTENCY_STALE);
      refused(client.send(list), ErrorCode.UNAVAILABLE);
    }
  }

  @Test
  void consistency_isOfReadsOnly_andOneThatIsKnown() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      var error =
          refused(
              client.mutate(
                  Requests.mkdirs("/a").setConsistency(ReadConsistency.READ_CONSISTENCY_STALE)),
              ErrorCode.INVALID_ARGUMENT);
      assertThat(error.getSubject()).isEqualTo("consistency");
      refused(client.send(Requests.stat("/").setConsistencyValue(77)), ErrorCode.UNSUPPORTED);
    }
  }

  @Test
  void pipeline_slowRequest_delaysNoOther() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      CompletableFuture<NamespaceReply> slow = client.mutate(Requests.mkdirs("/slow"));
      client.call(Requests.stat("/"));
      client.call(Requests.stat("/"));
      assertThat(slow).isNotDone();
      server.log.release();
      ok(slow);
      assertThat(client.order()).containsExactly(1L, 3L, 4L, 2L);
    }
  }

  @Test
  void pipeline_moreRequestsThanTheStreamMayHave_areReadWhenOthersAreAnswered() {
    try (TestServer server =
            TestServer.leader(new ServiceLimits(5, 1 << 20, 100, 1 << 20, 1, 100));
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      List<CompletableFuture<NamespaceReply>> replies = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        replies.add(client.mutate(Requests.mkdirs("/d" + i)));
      }
      Await.until("the stream is full", () -> server.log.heldCount() == 5);
      // Another stream is served all the same, and by then the sixth would have been read.
      try (TestPipeline other = server.pipeline()) {
        other.call(Requests.stat("/"));
      }
      assertThat(server.log.heldCount()).isEqualTo(5);
      server.log.release();
      replies.forEach(TestPipeline::ok);
    }
  }

  @Test
  void pipeline_moreBytesThanTheStreamMayHave_areReadWhenOthersAreAnswered() {
    try (TestServer server =
            TestServer.leader(new ServiceLimits(100, 100_000, 100, 1 << 20, 1, 100));
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      List<CompletableFuture<NamespaceReply>> replies = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        NamespaceRequest.Builder request = Requests.mkdirs("/d" + i);
        request
            .getMkdirsBuilder()
            .setAttributes(
                Attributes.newBuilder().putSetXattrs("x", ByteString.copyFrom(new byte[40_000])));
        replies.add(client.mutate(request));
      }
      Await.until("the stream is full", () -> server.log.heldCount() == 3);
      try (TestPipeline other = server.pipeline()) {
        other.call(Requests.stat("/"));
      }
      assertThat(server.log.heldCount()).isEqualTo(3);
      server.log.release();
      replies.forEach(TestPipeline::ok);
    }
  }

  @Test
  void pipeline_moreRequestsThanTheServerMayHave_refusesAsOverload() {
    try (TestServer server =
            TestServer.leader(new ServiceLimits(100, 1 << 20, 3, 1 << 20, 1, 100));
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      List<CompletableFuture<NamespaceReply>> replies = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        replies.add(client.mutate(Requests.mkdirs("/d" + i)));
      }
      var error = refused(client.send(Requests.stat("/")), ErrorCode.OVERLOADED);
      assertThat(error.getRetryAfterMillis()).isPositive();
      assertThat(error.getMessage()).contains("requests under way: 3");
      server.log.release();
      replies.forEach(TestPipeline::ok);
      client.call(Requests.stat("/"));
    }
  }

  @Test
  void pipeline_moreBytesThanTheServerMayHave_refusesAsOverload() {
    try (TestServer server =
            TestServer.leader(new ServiceLimits(100, 1 << 20, 100, 50_000, 1, 100));
        TestPipeline client = server.pipeline().openSession()) {
      NamespaceRequest.Builder large = Requests.mkdirs("/d");
      large
          .getMkdirsBuilder()
          .setAttributes(
              Attributes.newBuilder().putSetXattrs("x", ByteString.copyFrom(new byte[40_000])));
      server.log.hold(command -> command instanceof Mkdirs);
      CompletableFuture<NamespaceReply> first = client.mutate(large.clone());
      refused(client.mutate(large.clone()), ErrorCode.OVERLOADED);
      server.log.release();
      ok(first);
    }
  }

  @Test
  void pipeline_halfClosed_answersWhatIsUnderWayAndEnds() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      CompletableFuture<NamespaceReply> reply = client.mutate(Requests.mkdirs("/a"));
      client.halfClose();
      Await.until("the command is under way", () -> server.log.heldCount() == 1);
      assertThat(client.ended()).isNotDone();
      server.log.release();
      ok(reply);
      Await.result(client.ended());
    }
  }

  @Test
  void pipeline_halfClosedWithoutRequests_ends() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline()) {
      client.halfClose();
      Await.result(client.ended());
    }
  }

  @Test
  void pipeline_cancelled_givesBackWhatItHeld() {
    try (TestServer server =
            TestServer.leader(new ServiceLimits(100, 1 << 20, 2, 1 << 20, 1, 100));
        TestPipeline other = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      TestPipeline client = server.pipeline().openSession();
      List<CompletableFuture<NamespaceReply>> dropped =
          List.of(client.mutate(Requests.mkdirs("/a")), client.mutate(Requests.mkdirs("/b")));
      Await.until("the server is full", () -> server.log.heldCount() == 2);
      client.close();
      refused(other.send(Requests.stat("/")), ErrorCode.OVERLOADED);
      assertThat(dropped).allMatch(CompletableFuture::isCompletedExceptionally);
      server.log.release();
      Await.until(
          "there is room again", () -> !Await.result(other.send(Requests.stat("/"))).hasError());
    }
  }

  @Test
  void mutate_retriedWithTheSameStamp_getsTheSameReplyAndTakesEffectOnce() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      NamespaceReply first = client.callMutation(Requests.createFile("/f"));
      NamespaceReply second = client.call(Requests.createFile("/f").setStamp(client.lastStamp()));
      assertThat(second.getCreateFile()).isEqualTo(first.getCreateFile());
      // The same holds for a reply that is a failure.
      var refusal = refused(client.mutate(Requests.delete("/g")), ErrorCode.NOT_FOUND);
      client.callMutation(Requests.mkdirs("/g"));
      NamespaceRequest.Builder retry =
          Requests.delete("/g").setStamp(client.lastStamp().toBuilder().setSequence(2));
      retry.getStampBuilder().setFirstUnacknowledged(1);
      assertThat(refused(client.send(retry), ErrorCode.NOT_FOUND)).isEqualTo(refusal);
      client.call(Requests.stat("/g"));
    }
  }

  @Test
  void mutate_sequenceOfAnotherKindOfRequest_isRefused() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      client.callMutation(Requests.createFile("/f"));
      var error =
          refused(
              client.send(Requests.delete("/f").setStamp(client.lastStamp())),
              ErrorCode.INVALID_ARGUMENT);
      assertThat(error.getSubject()).isEqualTo("stamp.sequence");
    }
  }

  @Test
  void mutate_deadlineThatPassesBeforeItIsApplied_hasNoEffect() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      server.log.hold(command -> command instanceof Mkdirs);
      CompletableFuture<NamespaceReply> late =
          client.mutate(Requests.mkdirs("/late").setTimeoutMillis(500));
      Await.until("the command is under way", () -> server.log.heldCount() == 1);
      server.clock.advanceMillis(700);
      server.log.apply(new io.shoal.metadata.command.MaintenanceCommand.Tick(10));
      server.log.release();
      refused(late, ErrorCode.DEADLINE_EXCEEDED);
      refused(client.send(Requests.stat("/late")), ErrorCode.NOT_FOUND);
    }
  }

  @Test
  void call_request_isAnsweredByTheSameHandlers() {
    try (TestServer server = TestServer.leader()) {
      NamespaceReply reply =
          server
              .namespace()
              .call(Requests.stat("/").setRequestId(77).setTimeoutMillis(1_000).build());
      assertThat(reply.getRequestId()).isEqualTo(77);
      assertThat(reply.getStat().getStatus().getInodeId()).isEqualTo(1);
    }
  }

  @Test
  void call_failure_comesAsStatusWithTheError() {
    try (TestServer server = TestServer.leader()) {
      StatusRuntimeException thrown =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  server
                      .namespace()
                      .call(Requests.stat("/nothing").setTimeoutMillis(1_000).build()));
      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
      ShoalException failure = RpcErrors.fromThrowable(thrown, server.address());
      assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
      assertThat(failure.subject()).isEqualTo("/nothing");
    }
  }

  @Test
  void list_directoryLargerThanAPage_comesInPages() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      for (int i = 100; i < 400; i++) {
        client.callMutation(Requests.mkdirs("/d/" + i));
      }
      List<String> names = new ArrayList<>();
      String after = "";
      int pages = 0;
      boolean complete = false;
      while (!complete) {
        NamespaceRequest.Builder request = Requests.list("/d", 130);
        request.getListBuilder().setAfterName(after).setWithStatus(pages % 2 == 0);
        var page = client.call(request).getList();
        page.getEntriesList().forEach(entry -> names.add(entry.getName()));
        after = names.get(names.size() - 1);
        complete = page.getComplete();
        pages++;
      }
      assertThat(pages).isEqualTo(3);
      assertThat(names).hasSize(300).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void list_entriesWithLargeAttributes_endsThePageEarly() {
    try (TestServer server = TestServer.leader();
        TestPipeline client = server.pipeline().openSession()) {
      for (int i = 0; i < 40; i++) {
        NamespaceRequest.Builder request = Requests.mkdirs("/d/" + i);
        request
            .getMkdirsBuilder()
            .setAttributes(
                Attributes.newBuilder().putSetXattrs("x", ByteString.copyFrom(new byte[60_000])));
        client.callMutation(request);
      }
      NamespaceRequest.Builder request = Requests.list("/d", 4_096);
      request.getListBuilder().setWithStatus(true);
      var page = client.call(request).getList();
      assertThat(page.getComplete()).isFalse();
      assertThat(page.getEntriesCount()).isBetween(10, 30);
      assertThat(page.getSerializedSize()).isLessThan(2 << 20);
    }
  }
}
