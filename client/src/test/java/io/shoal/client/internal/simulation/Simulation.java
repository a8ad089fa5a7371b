package io.shoal.client.internal.simulation;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.client.ClientConfig;
import io.shoal.client.ClusterStatus;
import io.shoal.client.FilePolicy;
import io.shoal.client.ReadConsistency;
import io.shoal.client.internal.metadata.GrantPool;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.resources.ClientBudgets;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.ClientExecutors;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileReads;
import io.shoal.client.internal.transfer.TransferOperations;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.RecordedFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A client, without its threads, and a cluster. */
public final class Simulation implements AutoCloseable {
  /** Small, so that files have many. */
  public static final int CHUNK_BYTES = 64 << 10;

  private final FakeClock clock = new FakeClock();
  private final RecordedFaults faults = new RecordedFaults();
  private final Lanes lanes;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final SimulatedMetadata metadata;
  private final NodeSuspicions suspicions;
  private final GrantPool grants;
  private final ClientResources resources;
  private final TransferOperations operations;

  /** Makes a cluster of five nodes, of which three get each chunk and two suffice. */
  public Simulation(long seed) {
    this(seed, 5, new FilePolicy(3, 2, CHUNK_BYTES), config());
  }

  /** Makes a cluster. */
  public Simulation(long seed, int nodeCount, FilePolicy defaults, ClientConfig config) {
    SplittableRandom random = new SplittableRandom(seed);
    lanes = new Lanes(random.split());
    for (int i = 1; i <= nodeCount; i++) {
      nodes.add(new SimulatedNode(i));
    }
    metadata = new SimulatedMetadata(nodes, lanes, clock, defaults);
    suspicions = new NodeSuspicions(Duration.ofSeconds(10), clock);
    grants =
        new GrantPool(
            metadata,
            suspicions,
            GrantPool.Limits.DEFAULT,
            config.metadataTimeout(),
            clock,
            faults);
    resources =
        new ClientResources(
            config,
            new ClientExecutors(lanes.newLane(), lanes::runLater, lanes::runLater, faults),
            new ClientEnvironment(clock, clock, random.split()),
            new ClientBudgets(
                budget("writes", config.writeBudgetBytes()),
                budget("reads", config.readBudgetBytes())),
            new SimulatedTransport(nodes, lanes, clock),
            UnpooledByteBufAllocator.DEFAULT);
    ClusterStatus status = new ClusterStatus("simulated", "0", defaults, 0, 0);
    operations =
        new TransferOperations(
            resources,
            metadata,
            grants,
            suspicions,
            () -> CompletableFuture.completedFuture(status));
  }

  /** Returns a configuration with the smallest budgets. */
  public static ClientConfig config() {
    return ClientConfig.forCluster("simulated:1").withBudgets(1 << 20, 4 << 20);
  }

  private Permits budget(String name, long bytes) {
    return new Permits(name, new Permits.Limits(100_000, bytes, 100_000), lanes.newLane());
  }

  public TransferOperations operations() {
    return operations;
  }

  /** Reads of files, as the client's own are. */
  public FileReads reads() {
    return operations.reading(ReadConsistency.LINEARIZABLE);
  }

  public SimulatedMetadata metadata() {
    return metadata;
  }

  public ClientResources resources() {
    return resources;
  }

  public GrantPool grants() {
    return grants;
  }

  public NodeSuspicions suspicions() {
    return suspicions;
  }

  public FakeClock clock() {
    return clock;
  }

  /** Returns a node by its number, from 1 on. */
  public SimulatedNode node(int number) {
    return nodes.get(number - 1);
  }

  /** Returns all nodes. */
  public List<SimulatedNode> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the bytes of a file, after a look at every replica. */
  public byte[] content(String path) {
    return metadata.content(path);
  }

  /** Does one thing that can be done without waiting; returns false if there is none. */
  public boolean step() {
    return lanes.runNext();
  }

  /** Goes on until nothing happens any more without time passing. */
  public void settle() {
    while (step()) {
      checkForFaults();
    }
  }

  /** Goes on, also through time, until a future is complete; throws what it failed with. */
  public <T> T await(CompletableFuture<T> future) {
    while (!future.isDone()) {
      if (!step() && !clock.advanceToNext()) {
        throw new AssertionError("nothing is under way, and the future is not complete");
      }
      checkForFaults();
    }
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ShoalException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** As {@link #await}, for a future that has to fail. */
  public ShoalException awaitFailure(CompletableFuture<?> future) {
    Object result;
    try {
      result = await(future);
    } catch (ShoalException expected) {
      return expected;
    }
    throw new AssertionError("result: " + result + " (expected: a ShoalException)");
  }

  private void checkForFaults() {
    faults.assertNone();
    metadata.assertNoViolations();
  }

  /** Closes the client, and checks that nothing is left of it. */
  @Override
  public void close() {
    await(operations.close());
    settle();
    // A stalled node may owe the answer to a last frame of which nothing depends any more.
    clock.advance(resources.config().stallTimeout());
    settle();
    checkForFaults();
    requireNone("bytes of the write budget", resources.budgets().writes().heldBytes());
    requireNone("bytes of the read budget", resources.budgets().reads().heldBytes());
    requireNone("permits to write", resources.budgets().writes().heldCount());
    requireNone("permits to read", resources.budgets().reads().heldCount());
    requireNone("waiters", resources.budgets().writes().waiting());
    for (SimulatedNode node : nodes) {
      requireNone("streams to node " + node.id(), node.openStreams());
    }
    requireNone("pending files", metadata.pendingCount());
  }

  private static void requireNone(String what, long count) {
    if (count != 0) {
      throw new AssertionError(what + " left: " + count + " (expected: 0)");
    }
  }
}
