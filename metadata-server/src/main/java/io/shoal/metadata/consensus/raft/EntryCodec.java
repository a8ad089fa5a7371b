package io.shoal.metadata.consensus.raft;

import io.shoal.metadata.command.CommandEnvelope;
import java.nio.ByteBuffer;
import java.util.List;

/** How commands stand in a log entry. */
public interface EntryCodec {
  /** Encodes a command. */
  byte[] encode(CommandEnvelope command);

  /** Joins encoded commands, in this order, to a log entry; none is an entry as well. */
  byte[] join(List<byte[]> commands);

  /**
   * Decodes the commands of a log entry.
   *
   * @throws IllegalArgumentException if it is malformed or of an unknown version
   */
  List<CommandEnvelope> decode(ByteBuffer entry);
}
