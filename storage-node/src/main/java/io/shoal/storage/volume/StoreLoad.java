package io.shoal.storage.volume;

/**
 * What a node's storage is busy with.
 *
 * @param openChunks chunks that may still grow, with a stream or without
 * @param openReaders readers that are not closed yet
 * @param pendingWriteBytes bytes that were received and are not durable yet
 */
public record StoreLoad(int openChunks, int openReaders, long pendingWriteBytes) {}
