package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.ExitCode;
import io.shoal.cli.HealthProbe;
import io.shoal.cli.Json;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Deadline;
import java.util.ArrayList;
import java.util.List;

/** Asks servers of any kind whether they serve. */
@Parameters(
    commandDescription = "ask servers whether they serve (the standard gRPC health service)")
final class PingCommand implements Command {
  @Parameter(description = "[HOST:PORT...]")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-w", "--wait"},
      description = "seconds to wait until all of them serve")
  private int waitSeconds;

  @Override
  public String name() {
    return "ping";
  }

  @Override
  public String arguments() {
    return "[HOST:PORT...]   (default: the cluster's metadata servers)";
  }

  @Override
  public String example() {
    return "shoal ping --wait 30 127.0.0.1:7400 127.0.0.1:7410    # exit code 5 if one does not"
        + " serve";
  }

  @Override
  public void run(CommandContext context) {
    List<String> addresses = arguments.isEmpty() ? context.location().metadataServers() : arguments;
    List<HostPort> servers = addresses.stream().map(PingCommand::parse).toList();
    Deadline deadline = HealthProbe.within(waitSeconds);
    try (EventLoops loops = EventLoops.start("shoal-ping", 1, allocator())) {
      for (HostPort server : servers) {
        ask(context, server, loops, deadline);
      }
    }
  }

  /** A few small messages need few bytes. */
  private static ByteBufAllocator allocator() {
    return BufferPool.create(BufferSettings.withMaxBytes(16 << 20)).allocator();
  }

  private static HostPort parse(String address) {
    try {
      return HostPort.parse(address);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  private static void ask(
      CommandContext context, HostPort server, EventLoops loops, Deadline deadline) {
    try (HealthProbe probe = new HealthProbe(server, loops)) {
      ServingStatus status = probe.await(deadline);
      if (status != ServingStatus.SERVING) {
        context.fail(ExitCode.UNREACHABLE, server + " is up but does not serve (" + status + ")");
      }
      print(context, server, status.name());
    } catch (ShoalException e) {
      context.fail(e);
      print(context, server, "UNREACHABLE");
    }
  }

  private static void print(CommandContext context, HostPort server, String status) {
    context
        .output()
        .line(
            context.json()
                ? Json.object(
                    json -> {
                      json.writeStringField("address", server.toString());
                      json.writeStringField("health", status);
                    })
                : server + " " + status);
  }
}
