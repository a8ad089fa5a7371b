package io.shoal.client;

/**
 * An entry of a directory.
 *
 * @param name last component of its path
 */
public record DirectoryEntry(String name, FileStatus status) {}
