package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.ExtentsRequest;
import io.shoal.proto.v1.FilePolicy;
import io.shoal.proto.v1.InodeVersion;
import io.shoal.proto.v1.LocateRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.Precondition;
import io.shoal.proto.v1.ReserveChunksRequest;
import io.shoal.proto.v1.SessionStamp;
import io.shoal.proto.v1.SetAttributesRequest;
import io.shoal.proto.v1.StatRequest;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field that can be wrong is refused by name, and before anything is put into the log. */
class RequestValidationTest {
  private static TestServer server;
  private static TestPipeline client;

  @BeforeAll
  static void start() {
    server = TestServer.leader();
    client = server.pipeline().openSession();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  static Stream<Arguments> wrongRequests() {
    return Stream.of(
        wrong(request -> {}, ErrorCode.UNSUPPORTED, "request"),
        wrongPath("relative"),
        wrongPath(""),
        wrongPath("/a//b"),
        wrongPath("/a/"),
        wrongPath("/a/../b"),
        wrongPath("/."),
        wrongPath("/a\0b"),
        wrongPath("/" + "é".repeat(128)),
        wrong(
            request -> request.setStat(StatRequest.newBuilder()),
            ErrorCode.INVALID_ARGUMENT,
            "stat.target"),
        wrong(
            request ->
                request.setStat(
                    StatRequest.newBuilder()
                        .setTarget(io.shoal.proto.v1.Target.newBuilder().setInodeId(0))),
            ErrorCode.INVALID_ARGUMENT,
            "stat.target.inode_id"),
        wrong(
            request -> request.mergeFrom(Requests.list("/", 0).buildPartial()),
            ErrorCode.INVALID_ARGUMENT,
            "list.limit"),
        wrong(
            request -> request.mergeFrom(Requests.list("/", 4_097).buildPartial()),
            ErrorCode.INVALID_ARGUMENT,
            "list.limit"),
        wrong(
            request -> request.mergeFrom(Requests.list("/", -1).buildPartial()),
            ErrorCode.INVALID_ARGUMENT,
            "list.limit"),
        wrong(
            request -> request.setExtents(ExtentsRequest.newBuilder().setLimit(1)),
            ErrorCode.INVALID_ARGUMENT,
            "extents.inode_id"),
        wrong(
            request ->
                request.setExtents(
                    ExtentsRequest.newBuilder().setInodeId(1).setLimit(1).setFileOffset(-5)),
            ErrorCode.INVALID_ARGUMENT,
            "extents.file_offset"),
        wrong(
            request -> request.setLocate(LocateRequest.newBuilder()),
            ErrorCode.INVALID_ARGUMENT,
            "chunk_ids"),
        wrong(
            request ->
                request.setLocate(
                    LocateRequest.newBuilder().addAllChunkIds(Collections.nCopies(1_001, 5L))),
            ErrorCode.LIMIT_EXCEEDED,
            "chunk_ids"),
        wrong(
            request -> request.setReserveChunks(ReserveChunksRequest.newBuilder().setCount(1)),
            ErrorCode.INVALID_ARGUMENT,
            "reserve_chunks.session_id"),
        wrongReserve(ReserveChunksRequest.newBuilder(), "reserve_chunks.count"),
        wrongReserve(ReserveChunksRequest.newBuilder().setCount(257), "reserve_chunks.count"),
        wrongReserve(
            ReserveChunksRequest.newBuilder().setCount(1).addAvoidNodeIds(0),
            "reserve_chunks.avoid_node_ids"),
        wrongPolicy(FilePolicy.newBuilder().setReplication(17), "policy.replication"),
        wrongPolicy(
            FilePolicy.newBuilder().setReplication(2).setMinReplicas(3), "policy.min_replicas"),
        wrongPolicy(FilePolicy.newBuilder().setChunkSizeBytes(1), "policy.chunk_size_bytes"),
        wrongPolicy(FilePolicy.newBuilder().setChunkSizeBytes(-1), "policy.chunk_size_bytes"),
        wrongPolicy(
            FilePolicy.newBuilder().setChunkSizeBytes((1 << 20) + 1), "policy.chunk_size_bytes"),
        wrong(
            request -> request.setOpenSession(OpenSessionRequest.newBuilder()),
            ErrorCode.INVALID_ARGUMENT,
            "open_session.nonce"),
        wrong(
            request ->
                request.setOpenSession(
                    OpenSessionRequest.newBuilder().setNonce(1).setClientName("n".repeat(256))),
            ErrorCode.INVALID_ARGUMENT,
            "open_session.client_name"),
        wrong(
            request ->
                request.setOpenSession(
                    OpenSessionRequest.newBuilder().setNonce(1).setOwner("o".repeat(256))),
            ErrorCode.INVALID_ARGUMENT,
            "open_session.owner"),
        wrong(
            request ->
                request.setOpenSession(
                    OpenSessionRequest.newBuilder().setNonce(1).setGroup("g".repeat(256))),
            ErrorCode.INVALID_ARGUMENT,
            "open_session.group"),
        wrong(
            request -> request.mergeFrom(Requests.mkdirs("/a").buildPartial()).clearStamp(),
            ErrorCode.INVALID_ARGUMENT,
            "stamp"),
        wrongStamp(SessionStamp.newBuilder().setSequence(1), "stamp.first_unacknowledged"),
        wrongStamp(SessionStamp.newBuilder(), "stamp.sequence"),
        wrongStamp(
            SessionStamp.newBuilder().setSequence(1).setFirstUnacknowledged(2),
            "stamp.first_unacknowledged"),
        wrongStamp(
            SessionStamp.newBuilder().setSequence(1).setFirstUnacknowledged(1), "stamp.session_id"),
        wrongAttributes(Attributes.newBuilder().setMode(010000), "attributes.mode"),
        wrongAttributes(Attributes.newBuilder().setMode(-1), "attributes.mode"),
        wrongAttributes(Attributes.newBuilder().setOwner("o".repeat(256)), "attributes.owner"),
        wrongAttributes(
            Attributes.newBuilder().putSetXattrs("", ByteString.EMPTY), "attributes.set_xattrs"),
        wrongAttributes(
            Attributes.newBuilder().putSetXattrs("x", ByteString.copyFrom(new byte[65_537])),
            "attributes.set_xattrs bytes"),
        wrongAttributes(Attributes.newBuilder().addRemoveXattrs(""), "attributes.remove_xattrs"),
        wrong(
            request -> request.setCreateFile(CreateFileRequest.newBuilder().setPath("/f")),
            ErrorCode.INVALID_ARGUMENT,
            "precondition"),
        wrong(
            request ->
                request.setCreateFile(
                    CreateFileRequest.newBuilder()
                        .setPath("/f")
                        .setPrecondition(Precondition.newBuilder().setAbsent(false))),
            ErrorCode.INVALID_ARGUMENT,
            "precondition.absent"),
        wrong(
            request -> request.setCommit(CommitRequest.newBuilder()),
            ErrorCode.INVALID_ARGUMENT,
            "commit.file"),
        wrong(
            request ->
                request.setClone(
                    CloneRequest.newBuilder()
                        .setSource(InodeVersion.newBuilder().setInodeId(1))
                        .setDestination(InodeVersion.newBuilder().setInodeId(2))),
            ErrorCode.INVALID_ARGUMENT,
            "clone.extent_limit"));
  }

  private interface Change {
    void apply(NamespaceRequest.Builder request);
  }

  private static Arguments wrong(Change change, ErrorCode code, String subject) {
    NamespaceRequest.Builder request =
        NamespaceRequest.newBuilder()
            .setStamp(
                SessionStamp.newBuilder().setSessionId(5).setSequence(1).setFirstUnacknowledged(1));
    change.apply(request);
    return Arguments.of(request, code, subject);
  }

  private static Arguments wrongPath(String path) {
    return wrong(
        request -> request.mergeFrom(Requests.mkdirs(path).buildPartial()),
        ErrorCode.INVALID_ARGUMENT,
        path);
  }

  private static Arguments wrongReserve(ReserveChunksRequest.Builder reserve, String subject) {
    return wrong(
        request -> request.setReserveChunks(reserve.setSessionId(5)),
        ErrorCode.INVALID_ARGUMENT,
        subject);
  }

  private static Arguments wrongPolicy(FilePolicy.Builder policy, String subject) {
    return wrong(
        request -> request.setCreateFile(Requests.create("/f").toBuilder().setPolicy(policy)),
        ErrorCode.INVALID_ARGUMENT,
        subject);
  }

  private static Arguments wrongStamp(SessionStamp.Builder stamp, String subject) {
    return wrong(
        request -> request.mergeFrom(Requests.mkdirs("/a").buildPartial()).setStamp(stamp),
        ErrorCode.INVALID_ARGUMENT,
        subject);
  }

  private static Arguments wrongAttributes(Attributes.Builder attributes, String subject) {
    return wrong(
        request ->
            request.setSetAttributes(
                SetAttributesRequest.newBuilder()
                    .setTarget(Requests.at("/"))
                    .setAttributes(attributes)),
        ErrorCode.INVALID_ARGUMENT,
        subject);
  }

  @ParameterizedTest(name = "{2} {1}")
  @MethodSource("wrongRequests")
  void request_wrongField_isRefusedByNameAndNotPutIntoTheLog(
      NamespaceRequest.Builder request, ErrorCode code, String subject) {
    int before = server.log.submitted().size();
    NamespaceReply reply = Await.result(client.send(request));
    assertThat(ErrorCode.ofNumber(reply.getError().getCodeValue())).as("%s", reply).isEqualTo(code);
    assertThat(reply.getError().getSubject()).isEqualTo(subject);
    assertThat(reply.getError().getMessage()).containsAnyOf("expected", "not allowed", "NUL");
    assertThat(server.log.submitted()).hasSize(before);
  }

  @Test
  void request_withoutTimeout_isRefused() {
    var thrown =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            io.grpc.StatusRuntimeException.class,
            () -> server.namespace().call(Requests.stat("/").build()));
    assertThat(thrown.getStatus().getDescription()).contains("timeout_millis: 0 (expected: >= 1)");
  }

  @Test
  void request_largerThanACommandMayBe_isRefused() {
    NamespaceRequest.Builder request = Requests.mkdirs("/" + "x".repeat(200));
    request
        .getMkdirsBuilder()
        .setAttributes(
            Attributes.newBuilder()
                .putSetXattrs("x", ByteString.copyFrom(new byte[(1 << 20) + 1])));
    var error = TestPipeline.refused(client.mutate(request), ErrorCode.LIMIT_EXCEEDED);
    assertThat(error.getMessage()).contains("expected: at most 1048576");
  }
}
