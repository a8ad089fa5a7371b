package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.cli.Output;
import io.shoal.client.FileLayout;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tells what is known of files, down to where each chunk lies. */
@Parameters(commandDescription = "tell what is known of files and directories")
final class StatCommand implements Command {
  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-c", "--chunks"},
      description = "also show each chunk and the nodes that have it")
  private boolean chunks;

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "stat";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal stat --chunks /reports/2026.pdf    # which nodes hold which part of it";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    for (String path : Remote.paths(arguments)) {
      try {
        FileLayout layout = context.await(reading.of(context).layout(path));
        if (context.json()) {
          context.output().line(Json.object(json -> write(json, layout)));
        } else {
          print(context.output(), layout);
        }
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
  }

  private void print(Output out, FileLayout layout) {
    FileStatus status = layout.status();
    out.line("path        " + Names.printable(status.path()));
    out.line("type        " + (status.isDirectory() ? "directory" : "file"));
    out.line(
        "mode        "
            + Names.mode(status.isDirectory(), status.mode())
            + String.format(Locale.ROOT, " (%04o)", status.mode()));
    out.line("owner       " + Names.owner(status.owner(), status.group()));
    out.line("modified    " + status.modifiedAt());
    out.line("created     " + status.createdAt());
    out.line(
        String.format(
            Locale.ROOT, "inode       %x, generation %d", status.inodeId(), status.generation()));
    status.xattrs().keySet().stream()
        .sorted()
        .forEach(name -> out.line("xattr       " + Names.printable(name)));
    if (status.isDirectory()) {
      return;
    }
    out.line("length      " + status.length() + " (" + Names.bytes(status.length()) + ")");
    out.line(
        String.format(
            Locale.ROOT,
            "copies      %d of %d (commits need %d, %s)",
            layout.fewestCopies(),
            status.policy().replication(),
            status.policy().minReplicas(),
            status.policy().ackLevel() == AckLevel.FSYNC ? "on disk" : "in memory"));
    out.line(
        "chunks      "
            + layout.extents().size()
            + " of up to "
            + Names.bytes(status.policy().chunkSizeBytes()));
    if (chunks) {
      layout.extents().forEach(extent -> out.line(chunkLine(extent)));
    }
  }

  private static String chunkLine(FileLayout.ExtentLocation extent) {
    String nodes =
        extent.replicas().stream()
            .map(replica -> "node " + replica.nodeId() + " (" + replica.address() + ")")
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "  %14d +%-10d %016x  %s",
        extent.fileOffset(),
        extent.length(),
        extent.chunkId(),
        nodes);
  }

  private void write(JsonGenerator json, FileLayout layout) throws IOException {
    Json.writeStatus(json, layout.status());
    if (layout.status().isDirectory()) {
      return;
    }
    json.writeNumberField("fewestCopies", layout.fewestCopies());
    json.writeNumberField("chunks", layout.extents().size());
    if (!chunks) {
      return;
    }
    json.writeArrayFieldStart("extents");
    for (FileLayout.ExtentLocation extent : layout.extents()) {
      json.writeStartObject();
      json.writeNumberField("fileOffset", extent.fileOffset());
      json.writeNumberField("length", extent.length());
      json.writeStringField("chunk", String.format(Locale.ROOT, "%016x", extent.chunkId()));
      json.writeNumberField("chunkOffset", extent.chunkOffset());
      json.writeBooleanField("sealed", extent.sealed());
      json.writeArrayFieldStart("replicas");
      for (FileLayout.ReplicaLocation replica : extent.replicas()) {
        json.writeStartObject();
        json.writeNumberField("node", replica.nodeId());
        json.writeNumberField("volume", replica.volumeId());
        json.writeStringField("address", replica.address());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
