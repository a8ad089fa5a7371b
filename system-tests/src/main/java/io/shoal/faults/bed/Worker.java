package io.shoal.faults.bed;

import io.shoal.faults.workload.WorkloadMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A client process that works on the cluster and keeps a journal. */
public final class Worker {
  private static final int JOURNAL_END_BYTES = 16 << 10;

  /** A length of so many digits, in bytes, is one of several chunks. */
  private static final int LARGE_DIGITS = 7;

  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;
  private final Path journal;
  private boolean killed;

  Worker(
      Network network,
      int host,
      String metadataServer,
      Path journal,
      Path output,
      String directory,
      int lanes,
      long seed,
      int limitSeconds)
      throws IOException {
    List<String> words = new ArrayList<>(Programs.java(WorkloadMain.class));
    words.addAll(
        List.of(
            metadataServer,
            journal.toString(),
            directory,
            Integer.toString(lanes),
            Long.toString(seed),
            Integer.toString(limitSeconds)));
    this.process =
        new ProcessBuilder(Commands.in(network.namespace(host), words.toArray(String[]::new)))
            .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    this.commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.journal = journal;
  }

  /** Returns the journal, with an exclamation mark behind it if the worker was killed. */
  String journal() {
    return journal + (killed ? "!" : "");
  }

  /** Tells whether it has a journal by now. */
  boolean hasBegun() {
    return Files.exists(journal);
  }

  /** Tells how many operations were acknowledged up to now. */
  long acknowledged() throws IOException {
    if (!hasBegun()) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(journal, StandardCharsets.UTF_8)) {
      return lines.filter(line -> line.startsWith("A\t")).count();
    }
  }

  /** Tells whether it puts a file of several chunks, as far as the end of its journal tells. */
  boolean putsLargeFile() throws IOException {
    Set<String> open = new HashSet<>();
    for (String line : endOfJournal().split("\n", -1)) {
      String[] field = line.split("\t", -1);
      switch (field[0]) {
        case "B" -> {
          if (field.length == 7 && field[2].equals("PUT") && field[6].length() >= LARGE_DIGITS) {
            open.add(field[1]);
          }
        }
        case "A", "F" -> open.remove(field[1]);
        default -> {}
      }
    }
    return !open.isEmpty();
  }

  private String endOfJournal() throws IOException {
    if (!hasBegun()) {
      return "";
    }
    try (FileChannel file = FileChannel.open(journal)) {
      ByteBuffer end = ByteBuffer.allocate(JOURNAL_END_BYTES);
      file.read(end, Math.max(0, file.size() - end.capacity()));
      return StandardCharsets.UTF_8.decode(end.flip()).toString();
    }
  }

  void tell(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  /** Waits until no operation is under way. */
  void awaitPaused() throws IOException {
    Programs.awaitLine(answers, "paused");
  }

  void kill() throws InterruptedException {
    killed = true;
    process.destroyForcibly();
    process.waitFor();
  }

  void stop() throws IOException, InterruptedException {
    if (process.isAlive()) {
      commands.close();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("a worker did not end: " + journal);
      }
    }
  }

  /** Ends it, whatever it does. */
  void end() {
    process.destroyForcibly();
  }
}
