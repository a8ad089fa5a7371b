package io.shoal.metadata.consensus.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.ReplyCodec;
import io.shoal.proto.log.v1.ClonedReply;
import io.shoal.proto.log.v1.DirectoryMadeReply;
import io.shoal.proto.log.v1.DoneReply;
import io.shoal.proto.log.v1.FailureReply;
import io.shoal.proto.log.v1.IdsAllocatedReply;
import io.shoal.proto.log.v1.KeptReply;
import io.shoal.proto.log.v1.KeyRotatedReply;
import io.shoal.proto.log.v1.NodeRegisteredReply;
import io.shoal.proto.log.v1.OfFileReply;
import io.shoal.proto.log.v1.ProgressReply;
import io.shoal.proto.log.v1.SessionOpenedReply;

/** Writes replies as they are kept for retries. Rules X1 and S3. */
public final class KeptReplyCodec implements ReplyCodec {
  private static final int VERSION = 1;

  @Override
  public byte[] encode(Reply reply) {
    KeptReply.Builder kept = KeptReply.newBuilder().setVersion(VERSION);
    if (reply instanceof Reply.OfFile file) {
      kept.setOfFile(OfFileReply.newBuilder().setStatus(Values.encode(file.status())));
    } else if (reply instanceof Reply.Failure failure) {
      kept.setFailure(encode(failure));
    } else if (reply instanceof Reply.Done) {
      kept.setDone(DoneReply.getDefaultInstance());
    } else if (reply instanceof Reply.SessionOpened opened) {
      kept.setSessionOpened(encode(opened));
    } else if (reply instanceof Reply.DirectoryMade made) {
      kept.setDirectoryMade(
          DirectoryMadeReply.newBuilder()
              .setStatus(Values.encode(made.status()))
              .setCreated(made.created()));
    } else if (reply instanceof Reply.Cloned cloned) {
      kept.setCloned(
          ClonedReply.newBuilder()
              .setStatus(Values.encode(cloned.status()))
              .setNextFileOffset(cloned.nextFileOffset()));
    } else {
      encodeOfLeader(reply, kept);
    }
    return kept.build().toByteArray();
  }

  private static void encodeOfLeader(Reply reply, KeptReply.Builder kept) {
    if (reply instanceof Reply.IdsAllocated ids) {
      kept.setIdsAllocated(
          IdsAllocatedReply.newBuilder()
              .setFirstChunkId(ids.first().value())
              .setCount(ids.count()));
    } else if (reply instanceof Reply.NodeRegistered registered) {
      kept.setNodeRegistered(
          NodeRegisteredReply.newBuilder().setNodeId(registered.nodeId().value()));
    } else if (reply instanceof Reply.KeyRotated rotated) {
      kept.setKeyRotated(KeyRotatedReply.newBuilder().setKeyId(rotated.keyId()));
    } else if (reply instanceof Reply.Progress progress) {
      kept.setProgress(
          ProgressReply.newBuilder().setUnits(progress.units()).setMore(progress.more()));
    } else {
      throw new IllegalStateException("reply without a form to be kept: " + reply.getClass());
    }
  }

  private static FailureReply encode(Reply.Failure failure) {
    return FailureReply.newBuilder()
        .setCode(failure.code().number())
        .setSubject(failure.subject())
        .setMessage(failure.message())
        .build();
  }

  private static SessionOpenedReply encode(Reply.SessionOpened opened) {
    return SessionOpenedReply.newBuilder()
        .setSessionId(opened.sessionId().value())
        .setLifetimeMillis(opened.lifetimeMillis())
        .setWindow(opened.window())
        .build();
  }

  @Override
  public Reply decode(byte[] encoded) {
    KeptReply kept;
    try {
      kept = KeptReply.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("kept reply: malformed", e);
    }
    if (kept.getVersion() != VERSION) {
      throw new IllegalStateException(
          "kept reply: version " + kept.getVersion() + " (expected: " + VERSION + ")");
    }
    return switch (kept.getReplyCase()) {
      case FAILURE -> decode(kept.getFailure());
      case DONE -> Reply.DONE;
      case SESSION_OPENED -> decode(kept.getSessionOpened());
      case DIRECTORY_MADE ->
          new Reply.DirectoryMade(
              Values.decode(kept.getDirectoryMade().getStatus()),
              kept.getDirectoryMade().getCreated());
      case OF_FILE -> new Reply.OfFile(Values.decode(kept.getOfFile().getStatus()));
      case CLONED ->
          new Reply.Cloned(
              Values.decode(kept.getCloned().getStatus()), kept.getCloned().getNextFileOffset());
      case IDS_ALLOCATED ->
          new Reply.IdsAllocated(
              new ChunkId(kept.getIdsAllocated().getFirstChunkId()),
              kept.getIdsAllocated().getCount());
      case NODE_REGISTERED ->
          new Reply.NodeRegistered(new NodeId(kept.getNodeRegistered().getNodeId()));
      case KEY_ROTATED -> new Reply.KeyRotated(kept.getKeyRotated().getKeyId());
      case PROGRESS ->
          new Reply.Progress(kept.getProgress().getUnits(), kept.getProgress().getMore());
      case REPLY_NOT_SET ->
          throw new IllegalStateException("kept reply: of a kind that this version does not know");
    };
  }

  private static Reply decode(FailureReply failure) {
    return new Reply.Failure(
        ErrorCode.ofNumber(failure.getCode()), failure.getSubject(), failure.getMessage());
  }

  private static Reply decode(SessionOpenedReply opened) {
    return new Reply.SessionOpened(
        new SessionId(opened.getSessionId()), opened.getLifetimeMillis(), opened.getWindow());
  }
}
