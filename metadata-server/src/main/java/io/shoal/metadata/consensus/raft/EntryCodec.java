package io.shoal.metadata.consensus.raft;

import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.store.StateDigest;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How commands stand in a log entry. */
public interface EntryCodec {
  /**
   * What a log entry says.
   *
   * @param digest of the leader's state at some time before; null in most entries
   */
  record Entry(List<CommandEnvelope> commands, @Nullable StateDigest digest) {
    public Entry {
      commands = List.copyOf(commands);
    }
  }

  /** Encodes a command. */
  byte[] encode(CommandEnvelope command);

  /**
   * Joins encoded commands, in this order, to a log entry; none is an entry as well.
   *
   * @param digest to be compared by all who apply the entry
   */
  byte[] join(List<byte[]> commands, @Nullable StateDigest digest);

  /**
   * Decodes a log entry.
   *
   * @throws IllegalArgumentException if it is malformed or of an unknown version
   */
  Entry decode(ByteBuffer entry);
}
