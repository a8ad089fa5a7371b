package io.shoal.metadata.consensus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.ClusterCommand.RotateSigningKey;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.raft.EntryCodec;
import io.shoal.metadata.consensus.raft.StateTransition;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.store.StateDigest;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small state machine in place of the real one: {@code AllocateIds(n)} adds n to a counter and
 * writes a row for it, {@code RotateSigningKey} stores its bytes; a count of 0 is a defect.
 */
public final class CounterMachine implements StateTransition, EntryCodec {
  private static final byte[] COUNTER = "counter".getBytes(UTF_8);
  private static final byte[] NOW = "now".getBytes(UTF_8);

  private volatile boolean deviates;

  /** Makes it do something else than others do, or the same again. */
  public void deviate(boolean now) {
    deviates = now;
  }

  public static CommandEnvelope add(int count) {
    return CommandEnvelope.internal(1_000, new AllocateIds(count));
  }

  public static CommandEnvelope store(byte[] bytes) {
    return CommandEnvelope.internal(1_000, new RotateSigningKey(Bytes.copyOf(bytes)));
  }

  public static long counter(StateReader reader) {
    byte[] value = reader.get(Table.SYSTEM, COUNTER);
    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
  }

  public static long nowMillis(StateReader reader) {
    byte[] value = reader.get(Table.SYSTEM, NOW);
    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
  }

  @Override
  public Reply apply(StateWriter writer, CommandEnvelope command) {
    writer.put(Table.SYSTEM, NOW, longBytes(Math.max(nowMillis(writer), command.timeMillis())));
    if (command.command() instanceof RotateSigningKey rotate) {
      writer.put(Table.INLINE, new byte[] {1}, rotate.secret().toByteArray());
      return Reply.DONE;
    }
    int count = ((AllocateIds) command.command()).count();
    if (count == 0) {
      throw new IllegalStateException("a defect");
    }
    long after = counter(writer) + count;
    writer.put(Table.SYSTEM, COUNTER, longBytes(after));
    writer.put(Table.CHUNKS, longBytes(after), new byte[deviates ? 65 : 64]);
    return new Reply.IdsAllocated(new ChunkId(after), count);
  }

  @Override
  public byte[] encode(CommandEnvelope command) {
    ByteBuffer head = ByteBuffer.allocate(13).putLong(command.timeMillis());
    if (command.command() instanceof RotateSigningKey rotate) {
      byte[] secret = rotate.secret().toByteArray();
      head.put((byte) 2).putInt(secret.length);
      return ByteBuffer.allocate(13 + secret.length).put(head.array()).put(secret).array();
    }
    return head.put((byte) 1).putInt(((AllocateIds) command.command()).count()).array();
  }

  @Override
  public byte[] join(List<byte[]> commands, @Nullable StateDigest digest) {
    int length = commands.stream().mapToInt(command -> command.length).sum();
    ByteBuffer entry = ByteBuffer.allocate(length + 24);
    entry.putLong(digest == null ? -1 : digest.firstIndex());
    entry.putLong(digest == null ? -1 : digest.lastIndex());
    entry.putLong(digest == null ? 0 : digest.value());
    commands.forEach(entry::put);
    return entry.array();
  }

  @Override
  public Entry decode(ByteBuffer entry) {
    StateDigest digest = new StateDigest(1, entry.getLong(), entry.getLong(), entry.getLong());
    return new Entry(commands(entry), digest.firstIndex() < 0 ? null : digest);
  }

  private static List<CommandEnvelope> commands(ByteBuffer entry) {
    List<CommandEnvelope> commands = new ArrayList<>();
    while (entry.hasRemaining()) {
      long time = entry.getLong();
      if (entry.get() == 1) {
        commands.add(CommandEnvelope.internal(time, new AllocateIds(entry.getInt())));
      } else {
        byte[] secret = new byte[entry.getInt()];
        entry.get(secret);
        commands.add(CommandEnvelope.internal(time, new RotateSigningKey(Bytes.copyOf(secret))));
      }
    }
    return commands;
  }

  private static byte[] longBytes(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }
}
