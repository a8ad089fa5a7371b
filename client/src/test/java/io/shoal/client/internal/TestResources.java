package io.shoal.client.internal;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.client.ClientConfig;
import io.shoal.client.internal.resources.ClientBudgets;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.ClientExecutors;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.flow.Permits;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.TransportSettings;
import java.util.Random;
import java.util.concurrent.Executor;

/**
 * Resources of a client that has no cluster: a fake clock, and callbacks where the test wants them.
 */
final class TestResources implements AutoCloseable {
  private final EventLoops loops =
      EventLoops.start("test-client", 1, UnpooledByteBufAllocator.DEFAULT);
  private final FakeClock clock = new FakeClock();
  private final RecordedFaults faults = new RecordedFaults();
  private final ClientResources resources;

  TestResources(Executor callbacks) {
    ClientConfig config = ClientConfig.forCluster("127.0.0.1:1");
    Permits.Limits limits = new Permits.Limits(1_000, config.writeBudgetBytes(), 1_000);
    resources =
        new ClientResources(
            config,
            new ClientExecutors(callbacks, callbacks, callbacks, faults),
            new ClientEnvironment(clock, clock, new Random()),
            new ClientBudgets(
                new Permits("writes", limits, callbacks), new Permits("reads", limits, callbacks)),
            new GrpcChunkTransport(
                loops, RpcSettings.defaults(), TransportSettings.defaults(), clock, clock),
            loops.allocator());
  }

  ClientResources get() {
    return resources;
  }

  @Override
  public void close() {
    resources.transport().close();
    loops.close();
    faults.assertNone();
  }
}
