package io.shoal.client;

/**
 * How a file is stored.
 *
 * @param overwrite replace a file that stands there; otherwise it fails with {@code ALREADY_EXISTS}
 * @param parents make missing directories on the way
 * @param keepAttributes of a local source: keep its modification time and mode
 * @param attributes set together with the content
 * @param progress told about bytes as they become durable
 */
public record PutOptions(
    boolean overwrite,
    boolean parents,
    boolean keepAttributes,
    FilePolicy policy,
    AttributeChange attributes,
    Progress progress) {
  /** Refuses to replace, needs the parent directory, takes the cluster's policy. */
  public static final PutOptions DEFAULT =
      new PutOptions(false, false, false, FilePolicy.DEFAULT, AttributeChange.NONE, Progress.NONE);

  /** Returns the same options, with or without permission to replace. */
  public PutOptions withOverwrite(boolean value) {
    return new PutOptions(value, parents, keepAttributes, policy, attributes, progress);
  }

  /** Returns the same options, with or without making missing directories. */
  public PutOptions withParents(boolean value) {
    return new PutOptions(overwrite, value, keepAttributes, policy, attributes, progress);
  }

  /** Returns the same options, with or without keeping a local source's time and mode. */
  public PutOptions withKeepAttributes(boolean value) {
    return new PutOptions(overwrite, parents, value, policy, attributes, progress);
  }

  /** Returns the same options with a policy. */
  public PutOptions withPolicy(FilePolicy value) {
    return new PutOptions(overwrite, parents, keepAttributes, value, attributes, progress);
  }

  /** Returns the same options with attributes. */
  public PutOptions withAttributes(AttributeChange value) {
    return new PutOptions(overwrite, parents, keepAttributes, policy, value, progress);
  }

  /** Returns the same options with somebody who is told about progress. */
  public PutOptions withProgress(Progress value) {
    return new PutOptions(overwrite, parents, keepAttributes, policy, attributes, value);
  }
}
