package io.shoal.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.RebalanceStatus;
import io.shoal.client.RebalanceStatus.NodeFullness;
import io.shoal.client.RebalanceStatus.State;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Begins and ends rebalances, and shows how far they are. */
final class RebalanceAction {
  private static final int POLL_MILLIS = 300;
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final double BYTES_PER_MIB = 1 << 20;

  private RebalanceAction() {}

  static void start(CommandContext context, double thresholdPercent, boolean wait)
      throws InterruptedException {
    if (!(thresholdPercent >= 0.0001 && thresholdPercent <= 100)) {
      throw CommandException.usage(
          "--threshold " + thresholdPercent + " (expected: 0.0001 to 100 percentage points)");
    }
    RebalanceStatus status = context.await(context.client().startRebalance(thresholdPercent));
    while (wait && status.state().lasts()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      status = context.await(context.client().rebalance());
    }
    if (wait || !status.state().lasts()) {
      print(context, status);
      failUnlessBalanced(context, status.state());
    } else if (context.json()) {
      print(context, status);
    } else {
      context
          .output()
          .line(
              String.format(
                  Locale.ROOT,
                  "about %d copies (%s) are to be moved; watch it with: shoal admin rebalance"
                      + " --status",
                  status.leftReplicas(),
                  Names.bytes(status.leftBytes())));
    }
  }

  private static void failUnlessBalanced(CommandContext context, State state) {
    switch (state) {
      case BALANCED, RUNNING, PAUSED -> {}
      case STUCK ->
          context.fail(ExitCode.REFUSED, "nothing more can be moved to where there is room for it");
      case STOPPED -> context.fail(ExitCode.FAILED, "it was stopped");
      case NONE ->
          context.fail(ExitCode.FAILED, "the leader has changed, which ends it: begin it again");
    }
  }

  static void stop(CommandContext context) throws InterruptedException {
    print(context, context.await(context.client().stopRebalance()));
  }

  static void tell(CommandContext context) throws InterruptedException {
    print(context, context.await(context.client().rebalance()));
  }

  private static void print(CommandContext context, RebalanceStatus status) {
    if (context.json()) {
      context.output().line(Json.object(json -> write(json, status)));
      return;
    }
    if (status.state() == State.NONE) {
      context.output().line("rebalance: none since the leader began");
    } else {
      printMoves(context, status);
    }
    String format = "%-5s %12s %12s %10s %10s";
    context
        .output()
        .line(String.format(Locale.ROOT, format, "NODE", "USED", "SIZE", "USED%", "FROM MEAN"));
    for (NodeFullness node : status.nodes()) {
      context
          .output()
          .line(
              String.format(
                  Locale.ROOT,
                  format,
                  node.nodeId(),
                  Names.bytes(node.usedBytes()),
                  Names.bytes(node.usedBytes() + node.availableBytes()),
                  percent(status, node.usedPercent()),
                  String.format(
                      Locale.ROOT,
                      decimals(status, "%+"),
                      node.usedPercent() - status.meanUsedPercent())));
    }
    context.output().line("mean: " + percent(status, status.meanUsedPercent()) + " %");
  }

  private static void printMoves(CommandContext context, RebalanceStatus status) {
    double seconds = status.elapsed().toMillis() / MILLIS_PER_SECOND;
    double rateSeconds = Math.max(0.001, seconds);
    double mib = status.movedBytes() / BYTES_PER_MIB;
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "rebalance: %s, %s %s, threshold %s %%",
                status.state(),
                status.state().lasts() ? "for" : "after",
                Names.duration(status.elapsed()),
                BigDecimal.valueOf(status.thresholdPercent())
                    .stripTrailingZeros()
                    .toPlainString()));
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "moved: %d copies (%s), %.0f/s and %.1f MiB/s; %d tries failed",
                status.movedReplicas(),
                Names.bytes(status.movedBytes()),
                status.movedReplicas() / rateSeconds,
                mib / rateSeconds,
                status.failedMoves()));
    if (status.state().lasts() || status.movingReplicas() > 0) {
      context
          .output()
          .line(
              String.format(
                  Locale.ROOT,
                  "under way: %d copies; left beside them: about %d (%s)",
                  status.movingReplicas(),
                  status.leftReplicas(),
                  Names.bytes(status.leftBytes())));
    }
  }

  /** Where there is little, more decimals tell something. */
  private static String percent(RebalanceStatus status, double percent) {
    return String.format(Locale.ROOT, decimals(status, "%"), percent);
  }

  private static String decimals(RebalanceStatus status, String sign) {
    return sign + (status.meanUsedPercent() < 1 ? ".4f" : ".2f");
  }

  private static void write(JsonGenerator json, RebalanceStatus status) throws IOException {
    json.writeStringField("state", status.state().name());
    json.writeNumberField("thresholdPercent", status.thresholdPercent());
    json.writeNumberField("elapsedMillis", status.elapsed().toMillis());
    json.writeNumberField("movedReplicas", status.movedReplicas());
    json.writeNumberField("movedBytes", status.movedBytes());
    json.writeNumberField("failedMoves", status.failedMoves());
    json.writeNumberField("movingReplicas", status.movingReplicas());
    json.writeNumberField("leftReplicas", status.leftReplicas());
    json.writeNumberField("leftBytes", status.leftBytes());
    json.writeNumberField("meanUsedPercent", status.meanUsedPercent());
    json.writeArrayFieldStart("nodes");
    for (NodeFullness node : status.nodes()) {
      json.writeStartObject();
      json.writeNumberField("node", node.nodeId());
      json.writeNumberField("used", node.usedBytes());
      json.writeNumberField("available", node.availableBytes());
      json.writeNumberField("usedPercent", node.usedPercent());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
