package io.shoal.client;

/**
 * How a file is fetched.
 *
 * @param overwrite replace a local file that stands there; otherwise it fails with {@code
 *     ALREADY_EXISTS}
 * @param keepAttributes give the local file the modification time and mode of the stored one
 * @param progress told about bytes as they arrive, verified
 */
public record GetOptions(boolean overwrite, boolean keepAttributes, Progress progress) {
  /** Refuses to replace, leaves times and mode to the local system. */
  public static final GetOptions DEFAULT = new GetOptions(false, false, Progress.NONE);

  /** Returns the same options, with or without permission to replace. */
  public GetOptions withOverwrite(boolean value) {
    return new GetOptions(value, keepAttributes, progress);
  }

  /** Returns the same options, with or without keeping time and mode. */
  public GetOptions withKeepAttributes(boolean value) {
    return new GetOptions(overwrite, value, progress);
  }

  /** Returns the same options with somebody who is told about progress. */
  public GetOptions withProgress(Progress value) {
    return new GetOptions(overwrite, keepAttributes, value);
  }
}
