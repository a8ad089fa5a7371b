package io.shoal.client.internal.simulation;

import io.shoal.client.ReadConsistency;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.ChunkCommit;
import io.shoal.proto.v1.CommitReply;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.CreateFileReply;
import io.shoal.proto.v1.CreateFileRequest;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.FilePolicy;
import io.shoal.proto.v1.LocateReply;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.Precondition;
import io.shoal.proto.v1.ReserveChunksReply;
import io.shoal.proto.v1.ReserveChunksRequest;
import io.shoal.proto.v1.StatReply;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A metadata server that knows files, chunks and grants. It refuses what the rules refuse, and
 * keeps an {@link AssertionError} for what a correct client never says.
 */
public final class SimulatedMetadata implements MetadataCalls {
  /** Far below 1 MiB (rule C4). */
  private static final int COMMAND_LIMIT_BYTES = 128 << 10;

  private static final SessionId SESSION = new SessionId(7);
  private static final GrantSigner SIGNER = new GrantSigner(new SigningKey(1, new byte[32]));

  private final List<SimulatedNode> nodes;
  private final Lanes lanes;
  private final TimeSource time;
  private final io.shoal.client.FilePolicy defaults;

  private final Map<String, SimulatedFile> files = new HashMap<>();
  private final Map<Long, SimulatedFile> inodes = new HashMap<>();
  private final Set<Long> pending = new HashSet<>();
  private final Map<Long, SimulatedChunk> chunks = new HashMap<>();
  private final Map<RequestCase, ErrorCode> failures = new EnumMap<>(RequestCase.class);
  private final Map<RequestCase, Integer> counts = new EnumMap<>(RequestCase.class);
  private final List<AssertionError> violations = new ArrayList<>();

  /** Files of which a commit was not answered yet. */
  private final Set<String> commitsUnderWay = new HashSet<>();

  private long lastId = 100;
  private int grantLifetimeMillis = 900_000;

  SimulatedMetadata(
      List<SimulatedNode> nodes,
      Lanes lanes,
      TimeSource time,
      io.shoal.client.FilePolicy defaults) {
    this.nodes = nodes;
    this.lanes = lanes;
    this.time = time;
    this.defaults = defaults;
  }

  // --------------------------------------------------------------------------- what tests arrange

  /** Refuses all requests of a kind from now on; null to serve them again. */
  public void refuse(RequestCase kind, @Nullable ErrorCode code) {
    if (code == null) {
      failures.remove(kind);
    } else {
      failures.put(kind, code);
    }
  }

  public void setGrantLifetimeMillis(int millis) {
    grantLifetimeMillis = millis;
  }

  /** Returns how many requests of a kind came in. */
  public int count(RequestCase kind) {
    return counts.getOrDefault(kind, 0);
  }

  /** Returns the inodes that are pending. */
  public int pendingCount() {
    return pending.size();
  }

  public boolean exists(String path) {
    return files.containsKey(path);
  }

  /** Returns the extents of a file. */
  public List<Extent> extents(String path) {
    return List.copyOf(file(path).extents());
  }

  /** Returns whether all chunks of a file are sealed. */
  public boolean isSealed(String path) {
    return file(path).extents().stream().allMatch(extent -> chunk(extent.getChunkId()).isSealed());
  }

  /** Returns the nodes that have a chunk, as committed. */
  public List<Integer> holders(long chunkId) {
    return chunk(chunkId).replicas().stream().map(replica -> replica.getNodeId()).toList();
  }

  /** Says that a chunk is on another node now, and nowhere else. */
  public void moveChunk(long chunkId, NodeId node) {
    chunk(chunkId).moveTo(node);
  }

  /** Forgets a chunk, as its deletion does. */
  public void forgetChunk(long chunkId) {
    chunks.remove(chunkId);
  }

  /** Another writer changes the file. */
  public void raiseGeneration(String path) {
    file(path).raiseGeneration();
  }

  /** Throws the first complaint about the client, if there is one. */
  public void assertNoViolations() {
    if (!violations.isEmpty()) {
      throw violations.get(0);
    }
  }

  /**
   * Returns what every replica has of the visible bytes of a file.
   *
   * @throws AssertionError if replicas differ or are short
   */
  byte[] content(String path) {
    SimulatedFile file = file(path);
    byte[] content = new byte[(int) file.length()];
    for (Extent extent : file.extents()) {
      for (int holder : holders(extent.getChunkId())) {
        StoredReplica stored = node(new NodeId(holder)).replica(extent.getChunkId());
        if (stored == null || stored.durable() < extent.getChunkOffset() + extent.getLength()) {
          throw new AssertionError("node " + holder + " lacks bytes of " + extent);
        }
        byte[] part = stored.range(extent.getChunkOffset(), extent.getLength());
        System.arraycopy(part, 0, content, (int) extent.getFileOffset(), part.length);
      }
    }
    return content;
  }

  // ---------------------------------------------------------------------------------------- calls

  @Override
  public MetadataCalls reading(ReadConsistency consistency) {
    return this;
  }

  @Override
  public CompletableFuture<SessionId> session() {
    return CompletableFuture.completedFuture(SESSION);
  }

  @Override
  public CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline) {
    counts.merge(request.getRequestCase(), 1, Integer::sum);
    check(request.getSerializedSize() <= COMMAND_LIMIT_BYTES, "a command is too large", request);
    String file = fileOfCommit(request);
    // Rule C3.
    check(file.isEmpty() || commitsUnderWay.add(file), "two commits of a file", request);
    CompletableFuture<NamespaceReply> answer = new CompletableFuture<>();
    lanes.runLater(() -> arrive(request, file, answer));
    return answer;
  }

  private static String fileOfCommit(NamespaceRequest request) {
    if (!request.hasCommit()) {
      return "";
    }
    return request.getCommit().hasCreate()
        ? request.getCommit().getCreate().getPath()
        : "inode " + request.getCommit().getVersion().getInodeId();
  }

  private void arrive(
      NamespaceRequest request, String file, CompletableFuture<NamespaceReply> answer) {
    Runnable finish;
    try {
      NamespaceReply reply = serve(request);
      finish = () -> answer.complete(reply);
    } catch (ShoalException refused) {
      finish = () -> answer.completeExceptionally(refused);
    } catch (AssertionError violation) {
      violations.add(violation);
      finish = () -> answer.completeExceptionally(violation);
    }
    Runnable last = finish;
    // The answer travels, too.
    lanes.runLater(
        () -> {
          commitsUnderWay.remove(file);
          last.run();
        });
  }

  private NamespaceReply serve(NamespaceRequest request) {
    ErrorCode failure = failures.get(request.getRequestCase());
    if (failure != null) {
      throw new ShoalException(failure, "", "refused, as told");
    }
    NamespaceReply.Builder reply = NamespaceReply.newBuilder();
    return switch (request.getRequestCase()) {
      case CREATE_FILE ->
          reply
              .setCreateFile(
                  CreateFileReply.newBuilder().setStatus(create(request.getCreateFile()).status()))
              .build();
      case COMMIT ->
          reply
              .setCommit(CommitReply.newBuilder().setStatus(commit(request.getCommit()).status()))
              .build();
      case ABANDON -> {
        if (pending.remove(request.getAbandon().getInodeId())) {
          inodes.remove(request.getAbandon().getInodeId());
        }
        yield reply.setAbandon(AbandonReply.getDefaultInstance()).build();
      }
      case RESERVE_CHUNKS -> reply.setReserveChunks(reserve(request.getReserveChunks())).build();
      case STAT ->
          reply
              .setStat(
                  StatReply.newBuilder()
                      .setStatus(file(request.getStat().getTarget().getPath()).status()))
              .build();
      case OPEN -> reply.setOpen(open(request)).build();
      case EXTENTS -> reply.setExtents(extents(request)).build();
      case LOCATE -> reply.setLocate(locate(request.getLocate().getChunkIdsList())).build();
      default -> throw new AssertionError("not simulated: " + request);
    };
  }

  // -------------------------------------------------------------------------------------- writing

  private SimulatedFile create(CreateFileRequest request) {
    requireCondition(request.getPath(), request.getPrecondition());
    SimulatedFile file =
        new SimulatedFile(++lastId, resolve(request.getPolicy()), request.getAttributes());
    inodes.put(file.inodeId(), file);
    pending.add(file.inodeId());
    return file;
  }

  private void requireCondition(String path, Precondition condition) {
    if (condition.getAbsent() && files.containsKey(path)) {
      throw new ShoalException(ErrorCode.ALREADY_EXISTS, path, "exists");
    }
  }

  private FilePolicy resolve(FilePolicy policy) {
    int replication =
        policy.getReplication() == 0 ? defaults.replication() : policy.getReplication();
    return FilePolicy.newBuilder()
        .setReplication(replication)
        .setMinReplicas(
            policy.getMinReplicas() == 0
                ? Math.min(defaults.minReplicas(), replication)
                : policy.getMinReplicas())
        .setChunkSizeBytes(
            policy.getChunkSizeBytes() == 0
                ? defaults.chunkSizeBytes()
                : policy.getChunkSizeBytes())
        .setAckLevel(policy.getAckLevel())
        .build();
  }

  private SimulatedFile commit(CommitRequest request) {
    SimulatedFile file = request.hasCreate() ? create(request.getCreate()) : existing(request);
    if (request.hasPublish()) {
      requireCondition(request.getPublish().getPath(), request.getPublish().getPrecondition());
      check(pending.remove(file.inodeId()), "published twice", request);
      files.put(request.getPublish().getPath(), file);
    }
    for (ChunkCommit commit : request.getChunksList()) {
      long id = SignedGrant.of(commit.getGrant()).terms().chunkId().value();
      SimulatedChunk chunk = chunks.computeIfAbsent(id, SimulatedChunk::new);
      check(commit.getLength() > 0, "an empty chunk", request);
      chunk.commit(commit, file.policy().getMinReplicas(), time.wallMillis(), this::node);
    }
    for (Extent extent : request.getExtentsList()) {
      check(extent.getFileOffset() == file.length(), "a gap or overlap", request);
      check(
          extent.getChunkOffset() + extent.getLength() <= chunk(extent.getChunkId()).length(),
          "an extent beyond its chunk",
          request);
      file.extents().add(extent);
    }
    file.apply(request.getAttributes());
    file.raiseGeneration();
    return file;
  }

  private SimulatedFile existing(CommitRequest request) {
    SimulatedFile file = inodes.get(request.getVersion().getInodeId());
    if (file == null) {
      throw new ShoalException(ErrorCode.NOT_FOUND, "", "the inode is gone");
    }
    if (file.generation() != request.getVersion().getGeneration()) {
      throw new ShoalException(
          ErrorCode.STALE_GENERATION,
          "inode " + Long.toHexString(file.inodeId()),
          "generation: "
              + request.getVersion().getGeneration()
              + " (expected: "
              + file.generation()
              + ")");
    }
    return file;
  }

  private ReserveChunksReply reserve(ReserveChunksRequest request) {
    FilePolicy policy = resolve(request.getPolicy());
    List<SimulatedNode> eligible = new ArrayList<>(nodes);
    eligible.removeIf(node -> request.getAvoidNodeIdsList().contains(node.id().value()));
    if (eligible.size() < policy.getMinReplicas()) {
      eligible = new ArrayList<>(nodes);
    }
    if (eligible.size() < policy.getMinReplicas()) {
      throw new ShoalException(ErrorCode.NOT_ENOUGH_NODES, "", "nodes: " + eligible.size());
    }
    ReserveChunksReply.Builder reply = ReserveChunksReply.newBuilder();
    for (int i = 0; i < request.getCount(); i++) {
      long id = ++lastId;
      List<NodeId> chosen = new ArrayList<>();
      for (int k = 0; k < Math.min(policy.getReplication(), eligible.size()); k++) {
        chosen.add(eligible.get((int) ((id + k) % eligible.size())).id());
      }
      GrantTerms terms =
          new GrantTerms(
              new ChunkId(id),
              SESSION,
              chosen,
              time.wallMillis() + grantLifetimeMillis,
              policy.getChunkSizeBytes(),
              SIGNER.keyId(),
              grantLifetimeMillis);
      reply.addGrants(SIGNER.sign(terms).toProto());
    }
    return reply.addAllNodes(addresses()).build();
  }

  // -------------------------------------------------------------------------------------- reading

  private OpenReply open(NamespaceRequest request) {
    SimulatedFile file = file(request.getOpen().getTarget().getPath());
    return OpenReply.newBuilder()
        .setStatus(file.status())
        .setFirst(page(file, 0, request.getOpen().getExtentLimit()))
        .build();
  }

  private ExtentsReply extents(NamespaceRequest request) {
    SimulatedFile file = inodes.get(request.getExtents().getInodeId());
    if (file == null || file.generation() != request.getExtents().getGeneration()) {
      throw new ShoalException(ErrorCode.GENERATION_GONE, "", "altered");
    }
    return page(file, request.getExtents().getFileOffset(), request.getExtents().getLimit());
  }

  private ExtentsReply page(SimulatedFile file, long position, int limit) {
    ExtentsReply.Builder page = ExtentsReply.newBuilder();
    Set<Long> named = new HashSet<>();
    for (Extent extent : file.extents()) {
      boolean wanted = extent.getFileOffset() + extent.getLength() > position;
      if (wanted && page.getExtentsCount() < limit) {
        page.addExtents(extent);
        if (named.add(extent.getChunkId())) {
          page.addChunks(chunk(extent.getChunkId()).location(file.policy().getReplication()));
        }
      }
    }
    return page.addAllNodes(addresses()).build();
  }

  private LocateReply locate(List<Long> ids) {
    LocateReply.Builder reply = LocateReply.newBuilder().addAllNodes(addresses());
    for (long id : ids) {
      SimulatedChunk chunk = chunks.get(id);
      if (chunk != null) {
        reply.addChunks(chunk.location(defaults.replication()));
      }
    }
    return reply.build();
  }

  // --------------------------------------------------------------------------------------- look-up

  private List<NodeAddress> addresses() {
    return nodes.stream()
        .map(
            node ->
                NodeAddress.newBuilder()
                    .setNodeId(node.id().value())
                    .setHost(node.address().host())
                    .setPort(node.address().port())
                    .setLiveness(NodeLiveness.NODE_LIVENESS_ALIVE)
                    .build())
        .toList();
  }

  private SimulatedFile file(String path) {
    SimulatedFile file = files.get(path);
    if (file == null) {
      throw new ShoalException(ErrorCode.NOT_FOUND, path, "does not exist");
    }
    return file;
  }

  private SimulatedChunk chunk(long id) {
    SimulatedChunk chunk = chunks.get(id);
    if (chunk == null) {
      throw new AssertionError("no chunk " + id);
    }
    return chunk;
  }

  private SimulatedNode node(NodeId id) {
    return nodes.get(id.value() - 1);
  }

  private static void check(boolean holds, String what, Object request) {
    if (!holds) {
      throw new AssertionError(what + ": " + request);
    }
  }

  /** Makes a file that is as long as its chunks say, without its bytes: for large offsets. */
  public void addFile(String path, List<Extent> extents, Attributes attributes) {
    SimulatedFile file =
        new SimulatedFile(++lastId, resolve(FilePolicy.getDefaultInstance()), attributes);
    file.extents().addAll(extents);
    inodes.put(file.inodeId(), file);
    files.put(path, file);
  }
}
