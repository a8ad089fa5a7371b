package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.client.AsyncFileReader;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Computes checksums of files by reading them. */
@Parameters(
    commandDescription = "compute checksums by reading whole files, as sha256sum prints them")
final class ChecksumCommand implements Command {
  private static final Map<String, String> ALGORITHMS =
      Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512");

  @Parameter(description = "REMOTE...")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = {"-a", "--algorithm"},
      description = "md5, sha1, sha256 or sha512")
  private String algorithm = "sha256";

  @ParametersDelegate private final ReadOptions reading = new ReadOptions();

  @Override
  public String name() {
    return "checksum";
  }

  @Override
  public String arguments() {
    return "REMOTE...";
  }

  @Override
  public String example() {
    return "shoal checksum /reports/2026.pdf    # compare with: sha256sum 2026.pdf";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    for (String path : Remote.paths(arguments)) {
      try {
        String sum = HexFormat.of().formatHex(digest(context, path));
        context.output().line(context.json() ? document(path, sum) : line(sum, path));
      } catch (ShoalException e) {
        context.output().flush();
        context.fail(e);
      }
    }
  }

  /** As sha256sum writes it: a backslash before the sum says that the name is escaped. */
  private static String line(String sum, String path) {
    String name = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    return (name.equals(path) ? "" : "\\") + sum + "  " + name;
  }

  private String document(String path, String sum) {
    return Json.object(
        json -> {
          json.writeStringField("path", path);
          json.writeStringField("algorithm", algorithm);
          json.writeStringField("checksum", sum);
        });
  }

  private byte[] digest(CommandContext context, String path) throws InterruptedException {
    MessageDigest digest = newDigest();
    AsyncFileReader reader = context.await(reading.of(context).open(path));
    RangeOutput.Pieces pieces = new RangeOutput.Pieces();
    reader.stream(0, Long.MAX_VALUE).subscribe(pieces);
    try {
      for (ByteBuffer piece = pieces.next(context); piece != null; piece = pieces.next(context)) {
        digest.update(piece);
      }
    } finally {
      pieces.cancel();
    }
    context.await(reader.close());
    return digest.digest();
  }

  private MessageDigest newDigest() {
    String name = ALGORITHMS.get(algorithm.toLowerCase(Locale.ROOT));
    if (name == null) {
      throw CommandException.usage(
          "--algorithm " + algorithm + " (expected: md5, sha1, sha256 or sha512)");
    }
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks " + name, e);
    }
  }
}
