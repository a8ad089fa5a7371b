package io.shoal.faults.bed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server of the cluster: one process on a host of its own. */
public final class Server {
  private static final int END_SECONDS = 30;

  private final String name;
  private final int host;
  private final List<String> command;
  private final Map<String, String> environment;
  private final List<Path> dataDirectories;
  private final Path output;
  private @Nullable Process process;

  Server(
      String name,
      int host,
      List<String> command,
      Map<String, String> environment,
      List<Path> dataDirectories,
      Path output) {
    this.name = name;
    this.host = host;
    this.command = command;
    this.environment = environment;
    this.dataDirectories = dataDirectories;
    this.output = output;
  }

  public String name() {
    return name;
  }

  public int host() {
    return host;
  }

  public long pid() {
    return started().pid();
  }

  private Process started() {
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }

  public List<Path> dataDirectories() {
    return dataDirectories;
  }

  /** Starts the process; does not wait until it serves. */
  public void start() throws IOException {
    for (Path directory : dataDirectories) {
      Files.createDirectories(directory.getParent());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Tells whether the process runs. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Ends the process at once, as a lack of power would. */
  public void kill() throws IOException, InterruptedException {
    started().destroyForcibly();
    awaitEnd();
  }

  /** Asks the process to end, and waits for it. */
  public void stop() throws IOException, InterruptedException {
    started().destroy();
    awaitEnd();
  }

  private void awaitEnd() throws IOException, InterruptedException {
    if (!started().waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      started().destroyForcibly();
      throw new IOException(name + " did not end within " + END_SECONDS + " s");
    }
  }

  /** Lets the process stand still. */
  public void suspend() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets the process go on. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Commands.run("kill", "-" + signal, Long.toString(pid()));
  }

  @Override
  public String toString() {
    return name;
  }
}
