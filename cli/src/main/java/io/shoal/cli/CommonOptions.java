package io.shoal.cli;

import com.beust.jcommander.Parameter;
import org.jspecify.annotations.Nullable;

/** Options that every command has. They may also stand before the command's name. */
public final class CommonOptions {
  @Parameter(
      names = "--cluster",
      description =
          "the cluster: HOST:PORT[,HOST:PORT...] of its metadata servers, or its directory (with a"
              + " '/')")
  @Nullable String cluster;

  @Parameter(names = "--json", description = "print JSON, one document a line")
  boolean json;

  @Parameter(names = "--help", help = true, description = "explain the command")
  boolean help;

  /** Tells whether JSON is wanted. */
  public boolean json() {
    return json;
  }
}
