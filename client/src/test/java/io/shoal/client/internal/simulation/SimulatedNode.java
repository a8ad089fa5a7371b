package io.shoal.client.internal.simulation;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.rpc.HostPort;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A storage node, and what is to go wrong with it. */
public final class SimulatedNode {
  /** What the node does with a frame that it gets or is about to send. */
  public enum Fault {
    /** Dies; bytes that are not durable are lost. */
    DIE,
    /** Says nothing any more, and does not go away either. */
    STALL,
    /** Breaks this stream off. */
    BREAK,
    /** Damages the bytes that it stores, or sends. */
    CORRUPT
  }

  private final NodeId id;
  private final Map<Long, StoredReplica> replicas = new HashMap<>();
  private final Set<Consumer<ShoalException>> streams = new HashSet<>();
  private final Set<AckLevel> levels = EnumSet.noneOf(AckLevel.class);
  private boolean dead;
  private boolean stalled;
  private Duration delay = Duration.ZERO;
  private @Nullable ErrorCode refusal;
  private int framesUntilFault = -1;
  private Fault fault = Fault.DIE;
  private int streamsOpened;
  private long bytesServed;

  SimulatedNode(int id) {
    this.id = new NodeId(id);
  }

  public NodeId id() {
    return id;
  }

  HostPort address() {
    return new HostPort("node-" + id, 1);
  }

  /** Dies at once. */
  public void kill() {
    dead = true;
    replicas.values().forEach(StoredReplica::crash);
    List.copyOf(streams).forEach(stream -> stream.accept(gone()));
  }

  /** Comes back with what was durable. */
  public void restart() {
    dead = false;
    stalled = false;
    framesUntilFault = -1;
  }

  /** Stalls at once. */
  public void stall() {
    stalled = true;
  }

  /** Sends everything so much later than it would. */
  public void delay(Duration by) {
    delay = by;
  }

  Duration delay() {
    return delay;
  }

  /** Lets something go wrong with the frame behind the next {@code frames}, whatever stream. */
  public void failAfter(int frames, Fault kind) {
    framesUntilFault = frames;
    fault = kind;
  }

  /** Refuses all new streams; none any more if there is no code. */
  public void refuse(@Nullable ErrorCode code) {
    refusal = code;
  }

  /** Lets go of a replica. */
  public void lose(long chunkId) {
    replicas.remove(chunkId);
  }

  /** Has only the beginning of a replica any more. */
  public void shorten(long chunkId, int length) {
    replicaOf(chunkId).shorten(length);
  }

  private StoredReplica replicaOf(long chunkId) {
    StoredReplica replica = replicas.get(chunkId);
    if (replica == null) {
      throw new IllegalStateException("node " + id + " has no chunk " + chunkId);
    }
    return replica;
  }

  /** Gives it a replica. */
  public void adopt(long chunkId, SimulatedNode from) {
    replicas.put(chunkId, from.replicaOf(chunkId));
  }

  public boolean isDead() {
    return dead;
  }

  /** Notes the level that a writer asked for. */
  void opened(AckLevel level) {
    levels.add(level);
  }

  /** Returns the levels that writers asked for. */
  public Set<AckLevel> levels() {
    return Set.copyOf(levels);
  }

  /** Returns how many streams were opened to it so far. */
  public int streamsOpened() {
    return streamsOpened;
  }

  /** Returns how many bytes readers got from it so far. */
  public long bytesServed() {
    return bytesServed;
  }

  void serve(int bytes) {
    bytesServed += bytes;
  }

  /** Returns how many streams are open. */
  public int openStreams() {
    return streams.size();
  }

  boolean isStalled() {
    return stalled;
  }

  @Nullable StoredReplica replica(long chunkId) {
    return replicas.get(chunkId);
  }

  void store(long chunkId, StoredReplica replica) {
    replicas.put(chunkId, replica);
  }

  /** Returns why a stream can't be opened, if it can't. */
  @Nullable ShoalException open(Consumer<ShoalException> stream) {
    streamsOpened++;
    if (dead) {
      return gone();
    }
    if (refusal != null) {
      return new ShoalException(refusal, "node " + id, "refuses, as told");
    }
    streams.add(stream);
    return null;
  }

  void closed(Consumer<ShoalException> stream) {
    streams.remove(stream);
  }

  /** Counts a frame; returns what is to go wrong with it. */
  @Nullable Fault nextFrame() {
    if (framesUntilFault < 0) {
      return null;
    }
    framesUntilFault--;
    if (framesUntilFault >= 0) {
      return null;
    }
    switch (fault) {
      case DIE -> kill();
      case STALL -> stall();
      case BREAK, CORRUPT -> {}
    }
    return fault;
  }

  ShoalException gone() {
    return new ShoalException(ErrorCode.UNAVAILABLE, "node " + id, "is gone");
  }
}
