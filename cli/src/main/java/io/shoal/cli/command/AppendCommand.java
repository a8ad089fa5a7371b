package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.cli.RemotePath;
import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes local files at the end of a remote one. */
@Parameters(commandDescription = "append local files to a file in the cluster")
final class AppendCommand implements Command {
  @Parameter(description = "LOCAL... REMOTE")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-c", "--create"},
      description = "make the file if there is none")
  private boolean create;

  @ParametersDelegate private final StorageOptions storage = new StorageOptions();

  @Override
  public String name() {
    return "append";
  }

  @Override
  public String arguments() {
    return "LOCAL... REMOTE   (LOCAL may be -, standard input)";
  }

  @Override
  public String example() {
    return "journalctl -f | shoal append -c - /logs/today    # others see each line as it comes";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage("append needs at least two arguments: LOCAL... REMOTE");
    }
    List<String> sources = arguments.subList(0, arguments.size() - 1);
    String target = RemotePath.parse(arguments.get(arguments.size() - 1));
    if (!create && storage.given()) {
      throw CommandException.usage(
          "--replication, --min-replicas, --chunk-size and --ack are for a file that -c makes; one"
              + " that is there keeps its own");
    }
    checkSources(sources);
    AsyncFileWriter writer = open(context, target);
    long before = writer.position();
    try {
      StreamUpload upload = new StreamUpload(context, writer);
      for (String source : sources) {
        append(upload, source);
      }
      FileStatus status = upload.finish();
      if (context.json()) {
        context.output().line(Json.status(status));
      }
    } catch (ShoalException | CommandException e) {
      tellWhatStays(context, target, before);
      throw e;
    }
  }

  private static void checkSources(List<String> sources) {
    if (sources.stream().filter(source -> source.equals("-")).count() > 1) {
      throw CommandException.usage("- (standard input) can be read only once");
    }
    for (String source : sources) {
      Path path = PutCommand.local(source);
      if (source.equals("-")) {
        continue;
      }
      if (!Files.exists(path)) {
        throw CommandException.local(source + ": no such local file");
      }
      if (Files.isDirectory(path)) {
        throw CommandException.local(source + " is a directory (expected: a file)");
      }
      if (!Files.isReadable(path)) {
        throw CommandException.local(source + ": no permission to read it");
      }
    }
  }

  private AsyncFileWriter open(CommandContext context, String target) throws InterruptedException {
    if (create && Remote.lookUp(context, target).isEmpty()) {
      try {
        // An empty one, so that what comes is visible as it comes.
        PutOptions options = PutOptions.DEFAULT.withPolicy(storage.policy());
        context.await(context.client().put(ByteBuffer.allocate(0), target, options));
      } catch (ShoalException e) {
        if (e.code() != ErrorCode.ALREADY_EXISTS) {
          throw e;
        }
        // Somebody made it meanwhile.
      }
    }
    return context.await(context.client().append(target));
  }

  private static void append(StreamUpload upload, String source) throws InterruptedException {
    if (source.equals("-")) {
      upload.follow(System.in, "standard input");
      return;
    }
    try (InputStream in = Files.newInputStream(Path.of(source))) {
      upload.copy(in, source);
    } catch (IOException e) {
      throw CommandException.local("cannot read " + source + ": " + e.getMessage());
    }
  }

  /** Chunks that were complete are part of the file already: whoever tries again must know. */
  private static void tellWhatStays(CommandContext context, String target, long before)
      throws InterruptedException {
    try {
      Optional<FileStatus> now = Remote.lookUp(context, target);
      long added = now.map(FileStatus::length).orElse(before) - before;
      if (added != 0) {
        context.warn(
            Names.printable(target)
                + " is longer by "
                + added
                + " bytes now than when the command began, by this command or another one");
      }
    } catch (ShoalException unknown) {
      context.warn("whether a part of it was appended is not known; see: shoal stat");
    }
  }
}
