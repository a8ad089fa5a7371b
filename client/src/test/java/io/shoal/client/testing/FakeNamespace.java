package io.shoal.client.testing;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.CloneReply;
import io.shoal.proto.v1.CloneRequest;
import io.shoal.proto.v1.CloseSessionReply;
import io.shoal.proto.v1.CommitReply;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileReply;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.DeleteReply;
import io.shoal.proto.v1.DirectoryEntry;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.FenceReply;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.ListReply;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.LocateReply;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.OpenSessionReply;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.RenameReply;
import io.shoal.proto.v1.RenewSessionReply;
import io.shoal.proto.v1.ReserveChunksReply;
import io.shoal.proto.v1.ReserveChunksRequest;
import io.shoal.proto.v1.SetAttributesReply;
import io.shoal.proto.v1.StatReply;
import io.shoal.proto.v1.Target;
import io.shoal.proto.v1.TruncateReply;
import io.shoal.proto.v1.TruncateRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a metadata cluster knows, as a map of paths: enough of it for the client's tests, executed
 * under one lock, with sessions that make mutations take effect once (rule X1). Several servers may
 * share one.
 */
public final class FakeNamespace {
  private static final byte[] SECRET = new byte[SigningKey.SECRET_BYTES];
  private static final GrantSigner SIGNER = new GrantSigner(new SigningKey(1, SECRET));

  private final NavigableMap<String, Entry> entries = new TreeMap<>();
  private final Map<Long, Entry> pending = new HashMap<>();
  private final Map<Long, Session> sessions = new HashMap<>();
  private final Map<Long, Long> sessionOfNonce = new HashMap<>();
  private final List<NamespaceRequest> executed = new ArrayList<>();
  private long lastId;
  private int sessionLifetimeMillis = 60_000;
  private int window = 1_024;
  private int grantLifetimeMillis = 900_000;

  /** Makes one with a root directory only. */
  public FakeNamespace() {
    entries.put("/", new Entry(status(++lastId, FileType.FILE_TYPE_DIRECTORY)));
  }

  /** Sets what new sessions get. */
  public synchronized void setSessions(int lifetimeMillis, int newWindow) {
    sessionLifetimeMillis = lifetimeMillis;
    window = newWindow;
  }

  /** Forgets all sessions, as if they had expired. */
  public synchronized void expireSessions() {
    sessions.clear();
    sessionOfNonce.clear();
  }

  /** Returns how many sessions there are. */
  public synchronized int sessionCount() {
    return sessions.size();
  }

  /** Returns all mutations that were executed, in order. */
  public synchronized List<NamespaceRequest> executed() {
    return List.copyOf(executed);
  }

  /** Returns how many mutations of a kind were executed. */
  public synchronized long executedCount(RequestCase kind) {
    return executed.stream().filter(request -> request.getRequestCase() == kind).count();
  }

  /** Puts a file or directory there, without anybody's asking. */
  public synchronized FileStatus add(String path, FileType type, Extent... extents) {
    long length = 0;
    for (Extent extent : extents) {
      length += extent.getLength();
    }
    Entry entry = new Entry(status(++lastId, type).toBuilder().setLength(length).build());
    entry.extents.addAll(List.of(extents));
    entries.put(path, entry);
    return entry.status;
  }

  /** Returns the status of what stands at a path. */
  public synchronized FileStatus at(String path) {
    return find(path).status;
  }

  /** Executes a request, or finds what was answered before. */
  public synchronized NamespaceReply execute(NamespaceRequest request) {
    NamespaceReply.Builder reply = NamespaceReply.newBuilder();
    try {
      if (request.getRequestCase().getNumber() <= RequestCase.OPEN_SESSION.getNumber()) {
        reply = perform(request);
      } else {
        reply = sessionOf(request).once(request, () -> mutate(request)).toBuilder();
      }
    } catch (ShoalException failure) {
      reply.setError(RpcErrors.toProto(failure));
    }
    return reply.setRequestId(request.getRequestId()).build();
  }

  private Session sessionOf(NamespaceRequest request) {
    Session session = sessions.get(request.getStamp().getSessionId());
    if (session == null) {
      throw new ShoalException(
          ErrorCode.SESSION_UNKNOWN, "", "session " + request.getStamp().getSessionId());
    }
    return session;
  }

  private NamespaceReply mutate(NamespaceRequest request) {
    NamespaceReply.Builder reply = NamespaceReply.newBuilder();
    try {
      reply = perform(request);
      executed.add(request);
    } catch (ShoalException failure) {
      reply.setError(RpcErrors.toProto(failure));
    }
    return reply.build();
  }

  private NamespaceReply.Builder perform(NamespaceRequest request) {
    NamespaceReply.Builder reply = NamespaceReply.newBuilder();
    return switch (request.getRequestCase()) {
      case STAT ->
          reply.setStat(
              StatReply.newBuilder().setStatus(find(request.getStat().getTarget()).status));
      case OPEN ->
          reply.setOpen(open(request.getOpen().getTarget(), request.getOpen().getExtentLimit()));
      case EXTENTS -> {
        Entry file = byInode(request.getExtents().getInodeId());
        if (file.status.getGeneration() != request.getExtents().getGeneration()) {
          throw new ShoalException(ErrorCode.GENERATION_GONE, "", "generation");
        }
        yield reply.setExtents(
            page(file, request.getExtents().getFileOffset(), request.getExtents().getLimit()));
      }
      case LIST -> reply.setList(list(request.getList()));
      case LOCATE -> reply.setLocate(LocateReply.getDefaultInstance());
      case RESERVE_CHUNKS -> reply.setReserveChunks(reserve(request.getReserveChunks()));
      case OPEN_SESSION -> reply.setOpenSession(openSession(request.getOpenSession()));
      case RENEW_SESSION -> reply.setRenewSession(RenewSessionReply.getDefaultInstance());
      case CLOSE_SESSION -> {
        sessions.remove(request.getStamp().getSessionId());
        yield reply.setCloseSession(CloseSessionReply.getDefaultInstance());
      }
      case MKDIRS -> reply.setMkdirs(mkdirs(request.getMkdirs(), sessionOf(request)));
      case CREATE_FILE -> reply.setCreateFile(create(request.getCreateFile(), sessionOf(request)));
      case COMMIT ->
          reply.setCommit(CommitReply.newBuilder().setStatus(commit(request.getCommit())));
      case RENAME ->
          reply.setRename(
              RenameReply.newBuilder()
                  .setStatus(
                      rename(
                          request.getRename().getSource(), request.getRename().getDestination())));
      case DELETE -> {
        find(request.getDelete().getPath());
        entries.remove(request.getDelete().getPath());
        yield reply.setDelete(DeleteReply.getDefaultInstance());
      }
      case SET_ATTRIBUTES -> {
        Entry entry = find(request.getSetAttributes().getTarget());
        entry.status =
            entry.status.toBuilder()
                .setMode(request.getSetAttributes().getAttributes().getMode())
                .build();
        yield reply.setSetAttributes(SetAttributesReply.newBuilder().setStatus(entry.status));
      }
      case CLONE -> reply.setClone(cloned(request.getClone()));
      case FENCE -> {
        Entry entry = find(request.getFence().getTarget());
        entry.raiseGeneration();
        yield reply.setFence(FenceReply.newBuilder().setStatus(entry.status));
      }
      case TRUNCATE ->
          reply.setTruncate(TruncateReply.newBuilder().setStatus(truncate(request.getTruncate())));
      case ABANDON -> {
        pending.remove(request.getAbandon().getInodeId());
        yield reply.setAbandon(AbandonReply.getDefaultInstance());
      }
      case REQUEST_NOT_SET -> throw new ShoalException(ErrorCode.UNSUPPORTED, "", "no request");
    };
  }

  // -------------------------------------------------------------------------------------- entries

  private Entry find(Target target) {
    return target.hasPath() ? find(target.getPath()) : byInode(target.getInodeId());
  }

  private Entry find(String path) {
    Entry entry = entries.get(path);
    if (entry == null) {
      throw new ShoalException(ErrorCode.NOT_FOUND, path, "does not exist");
    }
    return entry;
  }

  private Entry byInode(long inode) {
    Entry waiting = pending.get(inode);
    if (waiting != null) {
      return waiting;
    }
    return entries.values().stream()
        .filter(entry -> entry.status.getInodeId() == inode)
        .findFirst()
        .orElseThrow(() -> new ShoalException(ErrorCode.NOT_FOUND, "inode " + inode, "is gone"));
  }

  private OpenReply open(Target target, int limit) {
    Entry file = find(target);
    if (file.status.getType() == FileType.FILE_TYPE_DIRECTORY) {
      throw new ShoalException(ErrorCode.IS_A_DIRECTORY, target.getPath(), "is a directory");
    }
    return OpenReply.newBuilder().setStatus(file.status).setFirst(page(file, 0, limit)).build();
  }

  private static ExtentsReply page(Entry file, long offset, int limit) {
    ExtentsReply.Builder page = ExtentsReply.newBuilder();
    List<Extent> rest =
        file.extents.stream().filter(extent -> extent.getFileOffset() >= offset).toList();
    rest.stream().limit(limit).forEach(page::addExtents);
    return page.setComplete(rest.size() <= limit).build();
  }

  private ListReply list(ListRequest request) {
    Entry directory = find(request.getDirectory());
    String path =
        entries.entrySet().stream()
            .filter(entry -> entry.getValue() == directory)
            .findFirst()
            .orElseThrow()
            .getKey();
    String prefix = path.equals("/") ? "/" : path + "/";
    ListReply.Builder page =
        ListReply.newBuilder().setDirectoryInodeId(directory.status.getInodeId()).setComplete(true);
    for (Map.Entry<String, Entry> entry : entries.tailMap(prefix, false).entrySet()) {
      String name =
          entry.getKey().startsWith(prefix) ? entry.getKey().substring(prefix.length()) : "";
      if (name.isEmpty() || name.contains("/") || name.compareTo(request.getAfterName()) <= 0) {
        continue;
      }
      if (page.getEntriesCount() == request.getLimit()) {
        return page.setComplete(false).build();
      }
      page.addEntries(
          DirectoryEntry.newBuilder()
              .setName(name)
              .setInodeId(entry.getValue().status.getInodeId())
              .setType(entry.getValue().status.getType())
              .setStatus(entry.getValue().status));
    }
    return page.build();
  }

  private MkdirsReply mkdirs(MkdirsRequest request, Session session) {
    String path = request.getPath();
    if (entries.containsKey(path)) {
      throw new ShoalException(ErrorCode.ALREADY_EXISTS, path, "exists");
    }
    add(path, FileType.FILE_TYPE_DIRECTORY);
    Entry made = find(path);
    made.status = session.owning(made.status, request.getAttributes());
    return MkdirsReply.newBuilder().setStatus(made.status).setCreated(1).build();
  }

  private CreateFileReply create(CreateFileRequest request, Session session) {
    if (request.getPrecondition().getAbsent() && entries.containsKey(request.getPath())) {
      throw new ShoalException(ErrorCode.ALREADY_EXISTS, request.getPath(), "exists");
    }
    FileStatus bare =
        status(++lastId, FileType.FILE_TYPE_FILE).toBuilder()
            .setPolicy(request.getPolicy())
            .build();
    Entry entry = new Entry(session.owning(bare, request.getAttributes()));
    pending.put(lastId, entry);
    return CreateFileReply.newBuilder().setStatus(entry.status).build();
  }

  private FileStatus commit(CommitRequest request) {
    Entry entry = byInode(request.getVersion().getInodeId());
    if (entry.status.getGeneration() != request.getVersion().getGeneration()) {
      throw new ShoalException(ErrorCode.STALE_GENERATION, "", "generation");
    }
    entry.raiseGeneration();
    entry.status =
        entry.status.toBuilder()
            .setMode(request.getAttributes().getMode())
            .setModifiedAtMillis(request.getAttributes().getModifiedAtMillis())
            .build();
    if (request.hasPublish()) {
      pending.remove(entry.status.getInodeId());
      entries.put(request.getPublish().getPath(), entry);
    }
    return entry.status;
  }

  private FileStatus rename(String source, String destination) {
    Entry entry = find(source);
    entries.remove(source);
    entries.put(destination, entry);
    return entry.status;
  }

  private CloneReply cloned(CloneRequest request) {
    Entry from = byInode(request.getSource().getInodeId());
    Entry to = byInode(request.getDestination().getInodeId());
    if (from.status.getGeneration() != request.getSource().getGeneration()) {
      throw new ShoalException(ErrorCode.STALE_GENERATION, "", "the source has changed");
    }
    long next = request.getFileOffset();
    for (Extent extent :
        page(from, request.getFileOffset(), request.getExtentLimit()).getExtentsList()) {
      to.extents.add(extent);
      next = extent.getFileOffset() + extent.getLength();
    }
    to.raiseGeneration();
    to.status = to.status.toBuilder().setLength(next).build();
    return CloneReply.newBuilder().setStatus(to.status).setNextFileOffset(next).build();
  }

  /** Takes one extent off, or cuts the last one. */
  private FileStatus truncate(TruncateRequest request) {
    Entry file = find(request.getTarget());
    long length = request.getLength();
    if (length > file.status.getLength()) {
      throw new ShoalException(ErrorCode.INVALID_ARGUMENT, "", "length: " + length);
    }
    if (!file.extents.isEmpty()) {
      Extent last = file.extents.remove(file.extents.size() - 1);
      length = Math.max(length, last.getFileOffset());
      if (length > last.getFileOffset()) {
        int kept = (int) (length - last.getFileOffset());
        file.extents.add(last.toBuilder().setLength(kept).build());
      }
    }
    file.raiseGeneration();
    file.status = file.status.toBuilder().setLength(length).build();
    return file.status;
  }

  private ReserveChunksReply reserve(ReserveChunksRequest request) {
    if (!sessions.containsKey(request.getSessionId())) {
      throw new ShoalException(ErrorCode.SESSION_UNKNOWN, "", "session");
    }
    ReserveChunksReply.Builder reply = ReserveChunksReply.newBuilder();
    List<NodeId> nodes =
        List.of(new NodeId(1), new NodeId(2), new NodeId(3)).stream()
            .filter(node -> !request.getAvoidNodeIdsList().contains(node.value()))
            .toList();
    for (int i = 0; i < request.getCount(); i++) {
      GrantTerms terms =
          new GrantTerms(
              new ChunkId(++lastId),
              new SessionId(request.getSessionId()),
              nodes,
              Long.MAX_VALUE,
              16 << 20,
              SIGNER.keyId(),
              grantLifetimeMillis);
      reply.addGrants(SIGNER.sign(terms).toProto());
    }
    nodes.forEach(
        node ->
            reply.addNodes(
                NodeAddress.newBuilder()
                    .setNodeId(node.value())
                    .setHost("127.0.0.1")
                    .setPort(7_500 + node.value())));
    return reply.build();
  }

  /** Sets how long new grants live. */
  public synchronized void setGrantLifetime(int millis) {
    grantLifetimeMillis = millis;
  }

  private OpenSessionReply openSession(OpenSessionRequest request) {
    long id =
        sessionOfNonce.computeIfAbsent(
            request.getNonce(),
            fresh -> {
              sessions.put(++lastId, new Session(request, window));
              return lastId;
            });
    return OpenSessionReply.newBuilder()
        .setSessionId(id)
        .setLifetimeMillis(sessionLifetimeMillis)
        .setWindow(window)
        .build();
  }

  private static FileStatus status(long inode, FileType type) {
    return FileStatus.newBuilder().setInodeId(inode).setType(type).setGeneration(1).build();
  }

  private static final class Entry {
    private FileStatus status;
    private final List<Extent> extents = new ArrayList<>();

    Entry(FileStatus status) {
      this.status = status;
    }

    void raiseGeneration() {
      status = status.toBuilder().setGeneration(status.getGeneration() + 1).build();
    }
  }
}
