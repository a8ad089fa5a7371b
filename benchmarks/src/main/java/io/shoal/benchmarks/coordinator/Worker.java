package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.measure.Sample;
import io.shoal.benchmarks.worker.Command;
import io.shoal.benchmarks.worker.WorkerMain;
import io.shoal.benchmarks.workload.Sizes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker process, as the coordinator sees it. */
final class Worker implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(20);
  private static final Duration END_LIMIT = Duration.ofSeconds(20);
  private static final String ENDED = Command.FAILED + "the worker ended";

  private final SystemUnderTest system;
  private final Process process;
  private final Writer commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  private Worker(SystemUnderTest system, Process process) {
    this.system = system;
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Starts a worker by the JVM and the options of this process, and waits until it is ready. */
  static Worker start(SystemUnderTest system, Sizes sizes)
      throws IOException, InterruptedException, WorkFailedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-cp",
            system.classPath(),
            WorkerMain.class.getName(),
            system.adapter(),
            system.address(),
            sizes.toWord()));
    command.addAll(system.serverPids());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Worker worker = new Worker(system, process);
    Thread reader = new Thread(worker::readAnswers, "answers of " + system.name());
    reader.setDaemon(true);
    reader.start();
    try {
      worker.answer(START_LIMIT, Command.READY);
    } catch (WorkFailedException e) {
      worker.close();
      throw e;
    }
    return worker;
  }

  SystemUnderTest system() {
    return system;
  }

  /** Has a command done and returns the samples. */
  List<Sample> obey(Command command) throws InterruptedException, WorkFailedException {
    try {
      commands.write(command.toLine() + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new WorkFailedException(system.name() + ": the worker is gone", e);
    }
    return answer(COMMAND_LIMIT, Command.DONE);
  }

  /** Closes its input, which ends it. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has ended already, which is what closing is for.
    }
    boolean ended = false;
    try {
      ended = process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
    }
  }

  private List<Sample> answer(Duration limit, String last)
      throws InterruptedException, WorkFailedException {
    List<Sample> samples = new ArrayList<>();
    while (true) {
      String line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        process.destroyForcibly();
        throw new WorkFailedException(
            system.name() + ": no answer within " + limit.toSeconds() + " s", null);
      }
      if (line.equals(last)) {
        return samples;
      }
      if (line.startsWith(Command.FAILED)) {
        throw new WorkFailedException(
            system.name() + ": " + line.substring(Command.FAILED.length()), null);
      }
      samples.add(Sample.ofLine(line.substring(Command.SAMPLE.length())));
    }
  }

  private void readAnswers() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      answers.add(ENDED);
    }
  }
}
