package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Entries;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.AsyncFileReader;
import io.shoal.client.ClusterHealth;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileLayout;
import io.shoal.client.FileLayout.ExtentLocation;
import io.shoal.client.FileStatus;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells which files do not have all their copies, and proves on request that all can be read. */
@Parameters(commandDescription = "check that files have all their copies, and can be read")
final class FsckCommand implements Command {
  /** Layouts that are asked for ahead of the one that is judged. */
  private static final int WINDOW = 64;

  @Parameter(description = "[REMOTE...]")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"--verify"},
      description = "also read every byte of every file, and compare its checksums")
  private boolean verify;

  /** How a file is. */
  private enum Health {
    /** Every chunk has all its copies. */
    HEALTHY,
    /** A chunk has fewer copies than it should, and at least one. */
    UNDER_REPLICATED,
    /** A chunk has copies, and all of them are damaged or out of reach. */
    MISSING,
    /** Its bytes could not be read. */
    UNREADABLE
  }

  /** A file whose layout is on its way. */
  private record Asked(String path, CompletableFuture<FileLayout> layout) {}

  private final Deque<Asked> window = new ArrayDeque<>();
  private final Map<Health, Long> files = new EnumMap<>(Health.class);
  private long bytes;
  private long verifiedBytes;
  private long chunks;

  @Override
  public String name() {
    return "fsck";
  }

  @Override
  public String arguments() {
    return "[REMOTE...]   (default: /)";
  }

  @Override
  public String example() {
    return "shoal fsck --verify /backup    # reads all of it; exit code 0 if all is well";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<String> paths = arguments.isEmpty() ? List.of("/") : Remote.paths(arguments);
    for (String path : paths) {
      try {
        FileStatus status = context.await(context.client().stat(path));
        if (status.isDirectory()) {
          walk(context, path);
        } else {
          ask(context, path);
        }
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
    while (!window.isEmpty()) {
      judgeNext(context);
    }
    summarize(context);
    if (count(Health.MISSING) + count(Health.UNREADABLE) > 0) {
      context.fail(ExitCode.UNREADABLE, "files can't be read, see above");
    } else if (count(Health.UNDER_REPLICATED) > 0) {
      context.fail(ExitCode.UNHEALTHY, "files have fewer copies than they should have");
    }
  }

  private void walk(CommandContext context, String root) throws InterruptedException {
    Deque<String> directories = new ArrayDeque<>();
    directories.add(root);
    while (!directories.isEmpty()) {
      String directory = directories.removeLast();
      try {
        list(context, directory, directories);
      } catch (ShoalException e) {
        // One that was deleted since it was listed has nothing that could be unwell.
        if (e.code() != ErrorCode.NOT_FOUND || directory.equals(root)) {
          throw e;
        }
      }
    }
  }

  private void list(CommandContext context, String directory, Deque<String> directories)
      throws InterruptedException {
    try (Entries entries = new Entries(context.client().list(directory))) {
      for (DirectoryEntry entry = entries.next(); entry != null; entry = entries.next()) {
        if (entry.status().isDirectory()) {
          directories.add(entry.status().path());
        } else {
          ask(context, entry.status().path());
        }
      }
    }
  }

  private void ask(CommandContext context, String path) throws InterruptedException {
    window.add(new Asked(path, context.client().layout(path)));
    if (window.size() >= WINDOW) {
      judgeNext(context);
    }
  }

  private void judgeNext(CommandContext context) throws InterruptedException {
    Asked asked = window.remove();
    try {
      FileLayout layout = context.await(asked.layout());
      Health health = judge(layout);
      String reason = health == Health.HEALTHY ? "" : reason(layout);
      if (verify) {
        String failure = read(context, asked.path());
        if (failure != null) {
          health = Health.UNREADABLE;
          reason = failure;
        }
      }
      files.merge(health, 1L, Long::sum);
      bytes += layout.status().length();
      if (health != Health.HEALTHY) {
        print(context, asked.path(), health, reason);
      }
    } catch (ShoalException e) {
      // A file that was deleted since it was listed is none that is not well.
      if (e.code() != ErrorCode.NOT_FOUND) {
        context.output().flush();
        context.fail(e);
      }
    }
  }

  private Health judge(FileLayout layout) {
    Health worst = Health.HEALTHY;
    Set<Long> seen = new HashSet<>();
    for (ExtentLocation extent : layout.extents()) {
      if (seen.add(extent.chunkId())) {
        chunks++;
      }
      if (extent.copies() + extent.leavingCopies() == 0) {
        return Health.MISSING;
      }
      if (extent.copies() < extent.wantedCopies()) {
        worst = Health.UNDER_REPLICATED;
      }
    }
    return worst;
  }

  private static String reason(FileLayout layout) {
    ExtentLocation worst = layout.extents().get(0);
    for (ExtentLocation extent : layout.extents()) {
      if (extent.wantedCopies() - extent.copies() > worst.wantedCopies() - worst.copies()) {
        worst = extent;
      }
    }
    StringBuilder reason = new StringBuilder();
    reason.append(worst.copies()).append(" of ").append(worst.wantedCopies()).append(" copies");
    if (worst.leavingCopies() > 0) {
      reason
          .append(", ")
          .append(worst.leavingCopies())
          .append(" more on nodes that are being emptied");
    }
    if (worst.lostCopies() > 0) {
      reason.append(", ").append(worst.lostCopies()).append(" out of reach");
    }
    if (worst.damagedCopies() > 0) {
      reason.append(", ").append(worst.damagedCopies()).append(" damaged");
    }
    return reason.append(String.format(Locale.ROOT, " (chunk %016x)", worst.chunkId())).toString();
  }

  /** Reads a file; returns why it can't be read, or null. */
  private @Nullable String read(CommandContext context, String path) throws InterruptedException {
    try {
      AsyncFileReader reader = context.await(context.client().open(path));
      RangeOutput.Pieces pieces = new RangeOutput.Pieces();
      reader.stream(0, Long.MAX_VALUE).subscribe(pieces);
      try {
        for (ByteBuffer piece = pieces.next(context); piece != null; piece = pieces.next(context)) {
          verifiedBytes += piece.remaining();
        }
      } finally {
        pieces.cancel();
      }
      context.await(reader.close());
      return null;
    } catch (ShoalException e) {
      if (ExitCode.of(e.code()) != ExitCode.UNREADABLE) {
        throw e;
      }
      return e.getMessage();
    }
  }

  private static void print(CommandContext context, String path, Health health, String reason) {
    if (context.json()) {
      context
          .output()
          .line(
              Json.object(
                  json -> {
                    json.writeStringField("path", path);
                    json.writeStringField("health", health.name());
                    json.writeStringField("reason", reason);
                  }));
    } else {
      context
          .output()
          .line(String.format(Locale.ROOT, "%-16s %s: %s", health, Names.printable(path), reason));
    }
  }

  private void summarize(CommandContext context) throws InterruptedException {
    ClusterHealth cluster = context.await(context.client().health());
    if (context.json()) {
      context
          .output()
          .line(
              Json.object(
                  json -> {
                    for (Health health : Health.values()) {
                      json.writeNumberField(field(health), count(health));
                    }
                    json.writeNumberField("chunks", chunks);
                    json.writeNumberField("bytes", bytes);
                    json.writeNumberField("verifiedBytes", verifiedBytes);
                    json.writeNumberField("clusterMissingChunks", cluster.missing());
                    json.writeNumberField(
                        "clusterUnderReplicatedChunks", cluster.underReplicated());
                    json.writeNumberField("clusterSurplusChunks", cluster.surplus());
                    json.writeBooleanField("clusterSafeMode", cluster.safeMode());
                  }));
      return;
    }
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "files: %d healthy, %d under-replicated, %d missing, %d unreadable; %s in %d"
                    + " chunks%s",
                count(Health.HEALTHY),
                count(Health.UNDER_REPLICATED),
                count(Health.MISSING),
                count(Health.UNREADABLE),
                Names.bytes(bytes),
                chunks,
                verify ? ", " + Names.bytes(verifiedBytes) + " of them read and verified" : ""));
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "chunks of the cluster: %d without a copy that counts, %d with too few, %d with some to spare%s",
                cluster.missing(),
                cluster.underReplicated(),
                cluster.surplus(),
                cluster.complete() ? "" : ", and more than were counted"));
    warnOfSafeMode(context, cluster);
  }

  /** Tells that nothing is mended at present, and why. */
  static void warnOfSafeMode(CommandContext context, ClusterHealth cluster) {
    if (cluster.safeMode()) {
      context.warn(
          "safe mode: the metadata server hears "
              + cluster.nodesHeard()
              + " of "
              + cluster.nodesExpected()
              + " storage nodes; as long as that is less than half, none is declared dead, and"
              + " nothing is copied or removed");
    }
  }

  private long count(Health health) {
    return files.getOrDefault(health, 0L);
  }

  private static String field(Health health) {
    return switch (health) {
      case HEALTHY -> "healthy";
      case UNDER_REPLICATED -> "underReplicated";
      case MISSING -> "missing";
      case UNREADABLE -> "unreadable";
    };
  }
}
