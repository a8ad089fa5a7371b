package io.shoal.metadata.consensus.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.id.SessionId;
import io.shoal.common.testing.Property;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.store.StateDigest;
import io.shoal.proto.log.v1.KeptReply;
import io.shoal.proto.log.v1.LogEntry;
import io.shoal.proto.log.v1.LoggedCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The form of commands and replies as bytes. Rule S3. */
class CodecTest {
  private static final HexFormat HEX = HexFormat.of();

  private final LogEntryCodec codec = new LogEntryCodec();
  private final KeptReplyCodec replies = new KeptReplyCodec();

  static Stream<Class<?>> commands() {
    return RandomRecords.leavesOf(Command.class).stream();
  }

  static Stream<Class<?>> replies() {
    return RandomRecords.leavesOf(Reply.class).stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommand_comesBackAsItWas(Class<? extends Command> type) {
    Property.check(
        200,
        random -> {
          RandomRecords records = new RandomRecords(random);
          SessionStamp stamp = random.nextBoolean() ? records.draw(SessionStamp.class) : null;
          CommandEnvelope envelope =
              new CommandEnvelope(stamp, random.nextLong(), random.nextLong(), records.draw(type));

          assertThat(decode(codec.join(List.of(codec.encode(envelope)), null)))
              .containsExactly(envelope);
        });
  }

  @ParameterizedTest
  @MethodSource("replies")
  void everyReply_comesBackAsItWas(Class<? extends Reply> type) {
    Property.check(
        200,
        random -> {
          Reply reply = new RandomRecords(random).draw(type);

          assertThat(replies.decode(replies.encode(reply))).isEqualTo(reply);
        });
  }

  @Test
  void entry_keepsTheOrderOfItsCommands() {
    List<CommandEnvelope> commands = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      commands.add(CommandEnvelope.internal(i, new MaintenanceCommand.Tick(i)));
    }

    assertThat(decode(codec.join(commands.stream().map(codec::encode).toList(), null)))
        .isEqualTo(commands);
    assertThat(decode(codec.join(List.of(), null))).isEmpty();
  }

  /** Bytes that earlier versions wrote: what stands in logs must be read for ever. */
  @Test
  void bytesOfTheFirstVersion_areStillRead() {
    CommandEnvelope tick =
        new CommandEnvelope(
            new SessionStamp(new SessionId(0x0102030405060708L), 9, 8),
            1_800_000_000_000L,
            CommandEnvelope.NO_DEADLINE,
            new MaintenanceCommand.Tick(77));
    String written =
        "080112270801120d090807060504030201100918081880a0f1c2b13420ffffffffffffffff7fe20302084d";

    assertThat(HEX.formatHex(codec.join(List.of(codec.encode(tick)), null))).isEqualTo(written);
    assertThat(decode(HEX.parseHex(written))).containsExactly(tick);
  }

  /** A server that does not know the second version must not ignore what it says. */
  @Test
  void openingThatNamesAnOwner_isOfTheSecondVersion() {
    CommandEnvelope anonymous =
        CommandEnvelope.internal(
            1, new SessionCommand.OpenSession(new ClientDescription("cli", "", ""), 7));
    CommandEnvelope ofAnn =
        CommandEnvelope.internal(
            1, new SessionCommand.OpenSession(new ClientDescription("cli", "ann", "staff"), 7));
    String first = "0801121e0801180120ffffffffffffffff7f520e0a03636c69110700000000000000";
    String second =
        "0801122a0802180120ffffffffffffffff7f521a0a03636c69110700000000000000"
            + "1a03616e6e22057374616666";

    assertThat(HEX.formatHex(codec.join(List.of(codec.encode(anonymous)), null))).isEqualTo(first);
    assertThat(decode(HEX.parseHex(first))).containsExactly(anonymous);
    assertThat(HEX.formatHex(codec.join(List.of(codec.encode(ofAnn)), null))).isEqualTo(second);
    assertThat(decode(HEX.parseHex(second))).containsExactly(ofAnn);
  }

  @Test
  void whatIsNotUnderstood_isRefused() {
    byte[] tick = codec.encode(CommandEnvelope.internal(1, new MaintenanceCommand.Tick(1)));
    byte[] laterCommand = LoggedCommand.newBuilder().setVersion(4).build().toByteArray();
    byte[] unknownCommand = LoggedCommand.newBuilder().setVersion(1).build().toByteArray();
    byte[] laterEntry = LogEntry.newBuilder().setVersion(2).build().toByteArray();

    assertThat(decode(codec.join(List.of(tick), null))).hasSize(1);
    refused(codec.join(List.of(tick, laterCommand), null), "version 4");
    refused(codec.join(List.of(tick, unknownCommand), null), "does not know");
    refused(laterEntry, "version 2");
    refused(new byte[] {1, 2, 3}, "malformed");
  }

  @Test
  void keptReplyThatIsNotUnderstood_stopsTheProcess() {
    for (byte[] kept :
        List.of(
            KeptReply.newBuilder().setVersion(2).build().toByteArray(),
            KeptReply.newBuilder().setVersion(1).build().toByteArray(),
            new byte[] {1, 2, 3})) {
      assertThatThrownBy(() -> replies.decode(kept)).isInstanceOf(IllegalStateException.class);
    }
  }

  private void refused(byte[] entry, String message) {
    assertThatThrownBy(() -> decode(entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void digest_goesWithTheEntry() {
    StateDigest digest = new StateDigest(1, 3, 255, 0x8765_4321_0fed_cba9L);
    byte[] entry = codec.join(List.of(), digest);
    assertThat(HEX.formatHex(entry))
        .isEqualTo("0801" + "1a10" + "0803" + "10ff01" + "19a9cbed0f21436587" + "2001");
    assertThat(codec.decode(ByteBuffer.wrap(entry)).digest()).isEqualTo(digest);
    assertThat(codec.decode(ByteBuffer.wrap(codec.join(List.of(), null))).digest()).isNull();
  }

  private List<CommandEnvelope> decode(byte[] entry) {
    return codec.decode(ByteBuffer.wrap(entry)).commands();
  }
}
