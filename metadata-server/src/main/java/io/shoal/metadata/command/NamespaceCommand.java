package io.shoal.metadata.command;

import io.shoal.common.id.InodeId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands of clients about files and directories; each carries a session stamp. */
public sealed interface NamespaceCommand extends Command {
  /**
   * Makes a directory. Answered by {@link Reply.DirectoryMade}.
   *
   * @param parents make missing parents, and accept a directory that is already there
   */
  record Mkdirs(String path, Attributes attributes, boolean parents) implements NamespaceCommand {}

  /**
   * Makes a pending file. Answered by {@link Reply.OfFile}.
   *
   * @param path checked now and again when the file is published
   * @param parents accept missing parents
   */
  record CreateFile(
      String path,
      Precondition precondition,
      Attributes attributes,
      FilePolicy policy,
      boolean parents)
      implements NamespaceCommand {}

  /**
   * Makes extents part of a file. Answered by {@link Reply.OfFile}.
   *
   * @param file the file that grows
   * @param chunks the chunks that grow or are sealed by this commit; every extent names one of them
   * @param extents what is added to the file, in order and without gaps
   * @param publish makes a pending file visible; without it a file that this commit creates stays
   *     pending
   */
  record Commit(
      CommitFile file,
      List<ChunkCommit> chunks,
      List<Extent> extents,
      @Nullable Publish publish,
      Attributes attributes)
      implements NamespaceCommand {
    public Commit {
      chunks = List.copyOf(chunks);
      extents = List.copyOf(extents);
    }
  }

  /** The file that a commit is about. */
  sealed interface CommitFile {
    /** A file that exists, pending or visible, in exactly this generation. */
    record Existing(InodeVersion version) implements CommitFile {}

    /** A file that the commit itself makes. */
    record Created(CreateFile create) implements CommitFile {}
  }

  /**
   * Where a pending file becomes visible.
   *
   * @param parents make missing parents
   */
  record Publish(String path, Precondition precondition, boolean parents) {}

  /**
   * Throws a pending file of the session away; one that was published or is gone is left alone.
   * Answered by {@link Reply.Done}.
   */
  record Abandon(InodeId inodeId) implements NamespaceCommand {}

  /**
   * Moves a file, or a directory with all below it. Answered by {@link Reply.OfFile}.
   *
   * @param overwrite replace a file by a file, or an empty directory by a directory
   */
  record Rename(String source, String destination, boolean overwrite) implements NamespaceCommand {}

  /**
   * Deletes a file or directory. Answered by {@link Reply.Done}.
   *
   * @param recursive also a directory that has entries
   */
  record Delete(String path, boolean recursive) implements NamespaceCommand {}

  /** Sets attributes of a file or directory. Answered by {@link Reply.OfFile}. */
  record SetAttributes(Target target, Attributes attributes) implements NamespaceCommand {}

  /**
   * Copies a page of a file's map to the end of another file. Answered by {@link Reply.Cloned}.
   *
   * @param fileOffset where an extent of the source begins
   * @param extentLimit most extents to copy
   */
  record Clone(InodeVersion source, long fileOffset, int extentLimit, InodeVersion destination)
      implements NamespaceCommand {}

  /** Raises a file's generation and seals its open chunks. Answered by {@link Reply.OfFile}. */
  record Fence(Target target) implements NamespaceCommand {}

  /**
   * Cuts bytes off the end of a file, raises its generation and seals its open chunks. Answered by
   * {@link Reply.OfFile}, whose length is greater than what was asked for if more extents would
   * have to go than one command may take.
   *
   * @param length at most the file's
   */
  record Truncate(Target target, long length) implements NamespaceCommand {}
}
