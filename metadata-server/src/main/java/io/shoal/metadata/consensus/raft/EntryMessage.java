package io.shoal.metadata.consensus.raft;

import io.shoal.metadata.consensus.queue.PendingEntry;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * An entry on its way into Ratis. Ratis keeps the message as it is in the process that leads, so
 * that the state machine finds the commands there and need not decode them.
 */
record EntryMessage(PendingEntry entry, ByteString content) implements Message {
  @Override
  public ByteString getContent() {
    return content;
  }

  @Override
  public int size() {
    return content.size();
  }
}
