package io.shoal.metadata.rpc.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.metadata.command.Reply;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.CloneReply;
import io.shoal.proto.v1.CloseSessionReply;
import io.shoal.proto.v1.CommitReply;
import io.shoal.proto.v1.CreateFileReply;
import io.shoal.proto.v1.DeleteReply;
import io.shoal.proto.v1.FenceReply;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenSessionReply;
import io.shoal.proto.v1.RenameReply;
import io.shoal.proto.v1.RenewSessionReply;
import io.shoal.proto.v1.SetAttributesReply;
import io.shoal.proto.v1.TruncateReply;

/** Writes what the log replied as the answer to the request that asked for it. */
final class ReplyWriter {
  private ReplyWriter() {}

  static NamespaceReply failure(NamespaceRequest request, ShoalException failure) {
    return NamespaceReply.newBuilder()
        .setRequestId(request.getRequestId())
        .setError(RpcErrors.toProto(failure))
        .build();
  }

  static NamespaceReply write(NamespaceRequest request, Reply reply) {
    if (reply instanceof Reply.Failure failure) {
      return failure(request, failure.toException());
    }
    NamespaceReply.Builder message =
        NamespaceReply.newBuilder().setRequestId(request.getRequestId());
    if (reply instanceof Reply.SessionOpened opened) {
      message.setOpenSession(sessionOpened(opened));
    } else if (reply instanceof Reply.DirectoryMade made) {
      message.setMkdirs(
          MkdirsReply.newBuilder()
              .setStatus(ProtoWriter.status(made.status()))
              .setCreated(made.created()));
    } else if (reply instanceof Reply.Cloned cloned) {
      message.setClone(
          CloneReply.newBuilder()
              .setStatus(ProtoWriter.status(cloned.status()))
              .setNextFileOffset(cloned.nextFileOffset()));
    } else if (reply instanceof Reply.OfFile ofFile) {
      setStatus(message, request, ProtoWriter.status(ofFile.status()));
    } else if (reply instanceof Reply.Done) {
      setDone(message, request);
    } else {
      throw unexpected(request, reply);
    }
    return message.build();
  }

  private static OpenSessionReply sessionOpened(Reply.SessionOpened opened) {
    return OpenSessionReply.newBuilder()
        .setSessionId(opened.sessionId().value())
        .setLifetimeMillis((int) Math.min(opened.lifetimeMillis(), Integer.MAX_VALUE))
        .setWindow(opened.window())
        .build();
  }

  private static void setStatus(
      NamespaceReply.Builder message, NamespaceRequest request, FileStatus status) {
    switch (request.getRequestCase()) {
      case CREATE_FILE -> message.setCreateFile(CreateFileReply.newBuilder().setStatus(status));
      case COMMIT -> message.setCommit(CommitReply.newBuilder().setStatus(status));
      case RENAME -> message.setRename(RenameReply.newBuilder().setStatus(status));
      case SET_ATTRIBUTES ->
          message.setSetAttributes(SetAttributesReply.newBuilder().setStatus(status));
      case TRUNCATE -> message.setTruncate(TruncateReply.newBuilder().setStatus(status));
      case FENCE -> message.setFence(FenceReply.newBuilder().setStatus(status));
      default -> throw unexpected(request, status);
    }
  }

  private static void setDone(NamespaceReply.Builder message, NamespaceRequest request) {
    switch (request.getRequestCase()) {
      case RENEW_SESSION -> message.setRenewSession(RenewSessionReply.getDefaultInstance());
      case CLOSE_SESSION -> message.setCloseSession(CloseSessionReply.getDefaultInstance());
      case DELETE -> message.setDelete(DeleteReply.getDefaultInstance());
      case ABANDON -> message.setAbandon(AbandonReply.getDefaultInstance());
      default -> throw unexpected(request, Reply.DONE);
    }
  }

  /** A session used the sequence for another request before, whose reply was kept. Rule X1. */
  private static ShoalException unexpected(NamespaceRequest request, Object reply) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        "stamp.sequence",
        "sequence "
            + request.getStamp().getSequence()
            + " was another kind of request before, answered by "
            + reply.getClass().getSimpleName()
            + " (expected: "
            + request.getRequestCase()
            + ")");
  }
}
