package io.shoal.metadata.chunk;

/** What a node is to do with a chunk whose grant has run out. Rule G1. */
public enum ChunkVerdict {
  /** A committed chunk that the node is to keep. */
  KEEP,

  /** Neither committed on this node nor ever committable there again. */
  DELETE,

  /** Not decided; ask again later. */
  WAIT
}
