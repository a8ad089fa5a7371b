package io.shoal.client.internal.metadata;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.client.internal.pipeline.PipelineSettings;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.GreatestRandom;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.StatReply;
import io.shoal.proto.v1.StatRequest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes clients on real connections; ends what it made. */
final class MetadataFixture implements AutoCloseable {
  private static final PipelineSettings.ClientDescription CLIENT =
      new PipelineSettings.ClientDescription("test", "ann", "staff");

  private final EventLoops loops =
      EventLoops.start("test-client", 1, UnpooledByteBufAllocator.DEFAULT);
  private final SystemTimer systemTimer = new SystemTimer();
  private final RecordedFaults faults = new RecordedFaults();
  private TimeSource time = TimeSource.system();
  private Timer timer = systemTimer;
  private Duration connectTimeout = Duration.ofSeconds(5);
  private PipelineSettings.Limits limits = PipelineSettings.Limits.DEFAULT;
  private RandomGenerator random = new Random();
  private @Nullable MetadataClient client;

  <T extends TimeSource & Timer> MetadataFixture with(T clock) {
    time = clock;
    timer = clock;
    return this;
  }

  MetadataFixture withConnectTimeout(Duration value) {
    connectTimeout = value;
    return this;
  }

  MetadataFixture withLimits(PipelineSettings.Limits value) {
    limits = value;
    return this;
  }

  /** Lets it come back at once, whatever failed. */
  MetadataFixture withoutPauses() {
    random = () -> 0;
    return this;
  }

  /** Lets it wait as long as it may between two rounds. */
  MetadataFixture withLongPauses() {
    random = new GreatestRandom();
    return this;
  }

  MetadataClient client(HostPort... servers) {
    PipelineSettings settings =
        new PipelineSettings(
            List.of(servers), CLIENT, Duration.ofSeconds(30), connectTimeout, limits, false);
    MetadataClient made =
        new MetadataClient(
            settings,
            server -> RpcChannels.open(server, loops, RpcSettings.defaults()),
            new ClientEnvironment(time, timer, random),
            faults);
    client = made;
    return made;
  }

  Deadline deadline(long millis) {
    return Deadline.after(Duration.ofMillis(millis), time);
  }

  Deadline deadline() {
    return deadline(20_000);
  }

  CompletableFuture<StatReply> stat(String path, Deadline deadline) {
    return made()
        .stat(StatRequest.newBuilder().setTarget(ProtoMapping.targetOf(path)).build(), deadline);
  }

  CompletableFuture<MkdirsReply> mkdir(String path, Deadline deadline) {
    return made().mkdirs(MkdirsRequest.newBuilder().setPath(path).build(), deadline);
  }

  CompletableFuture<MkdirsReply> mkdir(String path) {
    return mkdir(path, deadline());
  }

  private MetadataClient made() {
    if (client == null) {
      throw new IllegalStateException("client: none (expected: one that was made)");
    }
    return client;
  }

  @Override
  public void close() {
    if (client != null) {
      Await.result(client.close());
    }
    loops.close();
    systemTimer.close();
    faults.assertNone();
  }
}
