package io.shoal.metadata.rpc.namespace;

import io.shoal.common.id.InodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.placement.SigningKeys;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.RenameRequest;
import io.shoal.proto.v1.SetAttributesRequest;
import org.jspecify.annotations.Nullable;

/** Reads the mutations among the requests as commands of the log. */
final class CommandReader {
  private final CommitReader commits;

  CommandReader(SigningKeys keys) {
    this.commits = new CommitReader(keys);
  }

  /**
   * Reads the stamp that a mutation needs. Rule X1.
   *
   * @return null for the opening of a session, which has none
   */
  static @Nullable SessionStamp stamp(NamespaceRequest request) {
    if (request.hasOpenSession()) {
      return null;
    }
    if (!request.hasStamp()) {
      throw Checks.missing("stamp");
    }
    long sequence = request.getStamp().getSequence();
    Checks.within("stamp.sequence", sequence, 1, Long.MAX_VALUE);
    long first = request.getStamp().getFirstUnacknowledged();
    Checks.within("stamp.first_unacknowledged", first, 1, sequence);
    return new SessionStamp(
        new SessionId(Checks.id("stamp.session_id", request.getStamp().getSessionId())),
        sequence,
        first);
  }

  /**
   * Reads a command.
   *
   * @param request a mutation
   */
  Command read(NamespaceRequest request) {
    return switch (request.getRequestCase()) {
      case OPEN_SESSION -> openSession(request.getOpenSession());
      case RENEW_SESSION -> new SessionCommand.RenewSession();
      case CLOSE_SESSION -> new SessionCommand.CloseSession();
      case MKDIRS -> mkdirs(request.getMkdirs());
      case CREATE_FILE -> CommitReader.createFile(request.getCreateFile());
      case COMMIT ->
          commits.read(request.getCommit(), new SessionId(request.getStamp().getSessionId()));
      case RENAME -> rename(request.getRename());
      case DELETE ->
          new NamespaceCommand.Delete(
              NamespaceReader.path(request.getDelete().getPath()),
              request.getDelete().getRecursive());
      case SET_ATTRIBUTES -> setAttributes(request.getSetAttributes());
      case CLONE -> cloneExtents(request.getClone());
      case FENCE ->
          new NamespaceCommand.Fence(
              NamespaceReader.target("fence.target", request.getFence().getTarget()));
      case ABANDON ->
          new NamespaceCommand.Abandon(
              new InodeId(Checks.id("abandon.inode_id", request.getAbandon().getInodeId())));
      case TRUNCATE ->
          new NamespaceCommand.Truncate(
              NamespaceReader.target("truncate.target", request.getTruncate().getTarget()),
              Checks.unsigned("truncate.length", request.getTruncate().getLength()));
      case STAT, OPEN, EXTENTS, LIST, LOCATE, RESERVE_CHUNKS, REQUEST_NOT_SET ->
          throw new IllegalStateException(
              "request: " + request.getRequestCase() + " (expected: a mutation)");
    };
  }

  private static Command openSession(OpenSessionRequest request) {
    ClientDescription client =
        new ClientDescription(
            name("open_session.client_name", request.getClientName()),
            name("open_session.owner", request.getOwner()),
            name("open_session.group", request.getGroup()));
    return new SessionCommand.OpenSession(
        client, Checks.id("open_session.nonce", request.getNonce()));
  }

  private static String name(String field, String actual) {
    return Checks.text(field, actual, 0, Checks.NAME_LIMIT_BYTES);
  }

  private static Command mkdirs(MkdirsRequest request) {
    return new NamespaceCommand.Mkdirs(
        NamespaceReader.path(request.getPath()),
        NamespaceReader.attributes(request.getAttributes()),
        request.getParents());
  }

  private static Command rename(RenameRequest request) {
    return new NamespaceCommand.Rename(
        NamespaceReader.path(request.getSource()),
        NamespaceReader.path(request.getDestination()),
        request.getOverwrite());
  }

  private static Command setAttributes(SetAttributesRequest request) {
    return new NamespaceCommand.SetAttributes(
        NamespaceReader.target("set_attributes.target", request.getTarget()),
        NamespaceReader.attributes(request.getAttributes()));
  }

  private static Command cloneExtents(CloneRequest request) {
    return new NamespaceCommand.Clone(
        NamespaceReader.version("clone.source", request.getSource()),
        Checks.unsigned("clone.file_offset", request.getFileOffset()),
        NamespaceReader.pageLimit("clone.extent_limit", request.getExtentLimit()),
        NamespaceReader.version("clone.destination", request.getDestination()));
  }
}
