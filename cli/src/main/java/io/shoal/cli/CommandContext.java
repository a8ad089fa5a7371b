package io.shoal.cli;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with: the client, made when it is first asked for; output; and the failures
 * of a command that goes on after one. Used by the main thread, except {@link #close}, which a
 * shutdown hook may call.
 */
public final class CommandContext implements AutoCloseable {
  /** How long the end of the process waits for the cluster to hear that files were abandoned. */
  private static final int CLOSE_SECONDS = 5;

  /** Shorter than that of a service: somebody waits who can start the cluster and try again. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private final String program;
  private final CommonOptions options;
  private final Set<String> optionNames;
  private final Map<String, String> environment;
  private final Output output;
  private final PrintStream messages;
  private @Nullable ShoalClient client;
  private boolean closed;
  private boolean interrupted;
  private ExitCode exitCode = ExitCode.OK;

  CommandContext(
      String program,
      CommonOptions options,
      Set<String> optionNames,
      Map<String, String> environment,
      Output output,
      PrintStream messages) {
    this.program = program;
    this.options = options;
    this.optionNames = optionNames;
    this.environment = environment;
    this.output = output;
    this.messages = messages;
  }

  /** Returns the client of the cluster that the command line or the environment names. */
  public synchronized ShoalClient client() {
    if (closed) {
      throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
    }
    ShoalClient current = client;
    if (current == null) {
      ClusterLocation location = location();
      ClientConfig config =
          ClientConfig.forCluster(location.metadataServers().toArray(String[]::new))
              .withClusterId(location.clusterId())
              .withClientName(program);
      current =
          ShoalClient.create(
              config.withTimeouts(
                  config.metadataTimeout(), config.stallTimeout(), CONNECT_TIMEOUT));
      client = current;
    }
    return current;
  }

  /** Returns where the cluster is. */
  public ClusterLocation location() {
    return ClusterLocation.find(options.cluster, environment);
  }

  /** Returns where results go. */
  public Output output() {
    return output;
  }

  /** Tells whether results are to be JSON. */
  public boolean json() {
    return options.json;
  }

  /**
   * Waits for an operation.
   *
   * @throws ShoalException as the operation failed
   */
  public <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw ShoalException.of(e);
    } catch (CancellationException e) {
      throw new ShoalException(ErrorCode.CANCELLED, "", "cancelled", e);
    }
  }

  /**
   * Prints a failure after which the command goes on with its next argument; the exit code will
   * tell.
   */
  public synchronized void fail(ShoalException error) {
    fail(ExitCode.of(error.code()), ErrorText.of(error, optionNames));
  }

  /** Prints a failure after which the command goes on; the exit code will tell. */
  public synchronized void fail(ExitCode code, String message) {
    if (interrupted) {
      // What fails now fails because of that.
      return;
    }
    exitCode = exitCode == ExitCode.OK || exitCode == code ? code : ExitCode.FAILED;
    if (options.json) {
      messages.println(Json.error(code, message));
    } else {
      messages.println(program + ": " + message);
    }
  }

  /** Prints what is worth knowing although the command did what it was asked. */
  public synchronized void warn(String message) {
    messages.println(options.json ? Json.warning(message) : program + ": note: " + message);
  }

  /** Prints something that a person may want to know; it goes beside the results. */
  public synchronized void note(String message) {
    messages.println(message);
  }

  /** Returns what the process ends with so far. */
  synchronized ExitCode exitCode() {
    return exitCode;
  }

  /** Ends the command as ctrl-C means it: says so once, and ends the client. */
  void interrupt() {
    synchronized (this) {
      if (!closed) {
        fail(ExitCode.INTERRUPTED, "interrupted");
        exitCode = ExitCode.INTERRUPTED;
        interrupted = true;
      }
    }
    close();
  }

  /** Ends the client: what was being written disappears. Safe to call twice and from any thread. */
  @Override
  public void close() {
    ShoalClient current;
    synchronized (this) {
      closed = true;
      current = client;
      client = null;
    }
    if (current == null) {
      return;
    }
    try {
      current.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      note(program + ": could not say goodbye to the cluster: " + e.getMessage());
    }
  }
}
