package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import io.shoal.cli.CommandException;
import io.shoal.client.FilePolicy;
import io.shoal.common.policy.AckLevel;
import java.util.Locale;

/** Options of commands that make files: how the chunks are stored. */
final class StorageOptions {
  @Parameter(
      names = "--replication",
      description = "copies of each chunk, 1 to 16; 0: as the cluster has it")
  int replication;

  @Parameter(
      names = "--min-replicas",
      description = "copies that must be durable; 0: as the cluster has it")
  int minReplicas;

  @Parameter(
      names = "--chunk-size",
      description = "64K to 1G, such as 16M; 0: as the cluster has it")
  String chunkSize = "0";

  @Parameter(
      names = "--ack",
      description =
          "when something counts as stored: fsync, when it is on disks; memory, when nodes have it"
              + " and are about to write it")
  String ack = "fsync";

  FilePolicy policy() {
    try {
      return new FilePolicy(
              replication, minReplicas, Math.toIntExact(bytes("--chunk-size", chunkSize)))
          .withAckLevel(ackLevel());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** Tells whether anything was chosen. */
  boolean given() {
    return !policy().equals(FilePolicy.DEFAULT);
  }

  private AckLevel ackLevel() {
    return switch (ack) {
      case "fsync" -> AckLevel.FSYNC;
      case "memory" -> AckLevel.MEMORY;
      default -> throw CommandException.usage("--ack " + ack + " (expected: fsync or memory)");
    };
  }

  /** Parses a number of bytes with an optional suffix K, M or G. */
  static long bytes(String option, String text) {
    String upper = text.toUpperCase(Locale.ROOT).replaceFirst("I?B$", "");
    int shift = upper.endsWith("K") ? 10 : upper.endsWith("M") ? 20 : upper.endsWith("G") ? 30 : 0;
    String digits = shift == 0 ? upper : upper.substring(0, upper.length() - 1);
    try {
      long value = Long.parseLong(digits.strip());
      if (value >= 0 && value <= Long.MAX_VALUE >> shift) {
        return value << shift;
      }
    } catch (NumberFormatException e) {
      // The message below shows what was written.
    }
    throw CommandException.usage(
        option + " " + text + " (expected: a number of bytes such as 4096, 64K, 16M or 1G)");
  }
}
