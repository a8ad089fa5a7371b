package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SessionRow;
import io.shoal.metadata.cluster.SessionTable;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionStamp;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.Table;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exactly once, and the end of sessions. Rules X1, C4. */
class SessionTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void open_withTheSameNonce_givesTheSameSession() {
    ClientDescription cli = new ClientDescription("cli", "ann", "staff");
    Reply first = machine.apply(new SessionCommand.OpenSession(cli, 77));
    Reply again = machine.apply(new SessionCommand.OpenSession(cli, 77));
    Reply other = machine.apply(new SessionCommand.OpenSession(cli, 78));

    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"256,0,0", "0,256,0", "0,0,256"})
  void open_withATooLongName_isRefused(int name, int owner, int group) {
    ClientDescription described =
        new ClientDescription("n".repeat(name), "o".repeat(owner), "g".repeat(group));

    assertRefused(
        machine.apply(new SessionCommand.OpenSession(described, 5)), ErrorCode.LIMIT_EXCEEDED);
  }

  @Test
  void session_keepsWhomItsFilesBelongTo() {
    StateMachine.Client ofAnn = machine.client("ann", "staff");
    for (int i = 0; i < 3; i++) {
      machine.pass(StateMachine.SESSION_LIFETIME_MILLIS);
      ofAnn.call(Given.mkdirs("/d" + i));
    }

    assertThat(SessionTable.find(machine.reader(), ofAnn.sessionId()).client())
        .isEqualTo(new ClientDescription("test", "ann", "staff"));
    ofAnn.call(new SessionCommand.CloseSession());
    machine.pass(1);
    machine.maintain();
    assertThat(SessionTable.find(machine.reader(), ofAnn.sessionId())).isNull();
  }

  /** Rule S3: rows of the first layout stand in the state of every cluster that is older. */
  @Test
  void rowOfTheFirstLayout_isASessionThatNamesNobody() {
    SessionId sessionId = new SessionId(0x1234);
    long expiry = machine.now() + StateMachine.SESSION_LIFETIME_MILLIS;
    // Name "cli", nonce 7, the expiry, first unacknowledged 5, not closed.
    String row = "0103636c690000000000000007" + HexFormat.of().toHexDigits(expiry) + "0500";
    machine.change(
        writer -> {
          SessionRow session =
              new SessionRow(sessionId, new ClientDescription("cli", "", ""), 7, expiry, 5, false);
          SessionTable.insert(writer, session);
          assertThat(HexFormat.of().formatHex(writer.get(Table.SESSIONS, key(sessionId))))
              .isEqualTo(row);
          writer.put(Table.SESSIONS, key(sessionId), HexFormat.of().parseHex(row));
          assertThat(SessionTable.find(writer, sessionId)).isEqualTo(session);
        });

    FileStatus made =
        Given.status(client.call(new SessionStamp(sessionId, 5, 5), Given.mkdirs("/d")));
    assertThat(made.ownership().owner()).isEmpty();
    assertThat(made.ownership().group()).isEmpty();
  }

  @Test
  void rowOfTheSecondLayout_hasOwnerAndGroupBehindTheRest() {
    SessionId sessionId = new SessionId(0x1234);
    SessionRow session =
        new SessionRow(
            sessionId, new ClientDescription("cli", "ann", "staff"), 7, machine.now(), 5, true);
    String row =
        "0203636c690000000000000007"
            + HexFormat.of().toHexDigits(machine.now())
            + "050103616e6e057374616666";
    machine.change(
        writer -> {
          SessionTable.insert(writer, session);
          assertThat(HexFormat.of().formatHex(writer.get(Table.SESSIONS, key(sessionId))))
              .isEqualTo(row);
          assertThat(SessionTable.find(writer, sessionId)).isEqualTo(session);
        });
  }

  @Test
  void retry_getsTheReplyThatWasKept() {
    Reply first = client.call(Given.emptyFile("/f"));
    Reply refused = client.call(Given.emptyFile("/f"));

    assertRefused(refused, ErrorCode.ALREADY_EXISTS);
    assertThat(client.retry(Given.emptyFile("/f"))).isEqualTo(refused);
    SessionStamp ofFirst = new SessionStamp(client.sessionId(), 1, 1);
    assertRefused(client.call(ofFirst, Given.emptyFile("/f")), ErrorCode.SEQUENCE_STALE);
    assertThat(first).isInstanceOf(Reply.OfFile.class);
  }

  @Test
  void replies_areKeptFromTheFirstUnacknowledgedOn() {
    Reply third = null;
    for (long sequence = 1; sequence <= 5; sequence++) {
      Reply reply = client.call(stamp(sequence, 1), Given.mkdirs("/d" + sequence));
      third = sequence == 3 ? reply : third;
    }
    assertThat(keptReplies()).isEqualTo(5);

    client.call(stamp(6, 3), new SessionCommand.RenewSession());

    assertThat(keptReplies()).isEqualTo(4);
    assertThat(client.call(stamp(3, 3), Given.mkdirs("/d3"))).isEqualTo(third);
    assertRefused(client.call(stamp(2, 2), Given.mkdirs("/x")), ErrorCode.SEQUENCE_STALE);
  }

  @Test
  void sequences_mayComeInAnyOrderWithinTheWindow() {
    long window = SessionHandler.WINDOW;

    client.call(stamp(window, 1), Given.mkdirs("/last"));
    client.call(stamp(2, 1), Given.mkdirs("/second"));

    assertRefused(client.call(stamp(window + 1, 1), Given.mkdirs("/x")), ErrorCode.LIMIT_EXCEEDED);
    client.call(stamp(window + 1, 2), Given.mkdirs("/next"));
    assertThat(keptReplies()).isEqualTo(3);
  }

  @Test
  void stamp_thatMakesNoSense_isRefused() {
    assertRefused(client.call(stamp(1, 2), Given.mkdirs("/x")), ErrorCode.INVALID_ARGUMENT);
    assertRefused(client.call(stamp(0, 0), Given.mkdirs("/x")), ErrorCode.INVALID_ARGUMENT);
    assertRefused(machine.apply(Given.mkdirs("/x")), ErrorCode.INVALID_ARGUMENT);
    ClientDescription nobody = new ClientDescription("x", "", "");
    assertRefused(
        client.call(new SessionCommand.OpenSession(nobody, 1)), ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void unknownSession_isRefused() {
    SessionStamp stamp = new SessionStamp(new SessionId(999), 1, 1);

    assertRefused(client.call(stamp, Given.mkdirs("/x")), ErrorCode.SESSION_UNKNOWN);
  }

  @Test
  void passedDeadline_isRefusedWithoutATrace() {
    CommandEnvelope late =
        new CommandEnvelope(stamp(1, 1), machine.now(), machine.now() - 1, Given.emptyFile("/f"));
    assertRefused(machine.apply(late), ErrorCode.DEADLINE_EXCEEDED);
    assertThat(keptReplies()).isZero();

    CommandEnvelope inTime =
        new CommandEnvelope(stamp(1, 1), machine.now(), machine.now(), Given.emptyFile("/f"));
    Reply reply = machine.apply(inTime);

    assertThat(reply).isInstanceOf(Reply.OfFile.class);
    assertThat(machine.apply(late)).isEqualTo(reply);
  }

  @Test
  void refusedCommand_leavesNothingButItsReply() {
    var before = Invariants.dump(machine.reader());

    client.call(Given.mkdirs("/a/./b"));

    var after = Invariants.dump(machine.reader());
    after.removeAll(before);
    assertThat(after).singleElement().asString().startsWith(Table.REPLIES.name());
  }

  @Test
  void silentSession_endsWithAllThatItHas() {
    Given.Grants grants = Given.grants(client.sessionId(), machine.now() + 1_000_000);
    FileStatus pending = Given.status(client.call(Given.create("/p", Precondition.ABSENT)));
    FileStatus visible = Given.status(client.call(Given.emptyFile("/v")));
    ChunkId open = machine.newChunkId();
    client.call(Given.append(visible, grants.commit(open, 5, false), 0));
    client.call(Given.append(pending, grants.commit(machine.newChunkId(), 5, false), 0));

    machine.pass(StateMachine.SESSION_LIFETIME_MILLIS);
    machine.maintain();
    assertThat(machine.cluster().sessionLives(client.sessionId())).isTrue();
    machine.pass(StateMachine.SESSION_LIFETIME_MILLIS / 4);
    Reply.Progress progress;
    do {
      progress = (Reply.Progress) machine.done(new MaintenanceCommand.Tick(1));
      Invariants.check(machine.reader());
      assertThat(machine.cluster().sessionLives(client.sessionId())).isFalse();
    } while (progress.more());

    assertThat(machine.cluster().count(Counter.SESSIONS)).isZero();
    assertThat(keptReplies()).isZero();
    assertThat(machine.chunks().find(open).state()).isEqualTo(ChunkState.SEALED);
    assertRefused(client.call(Given.mkdirs("/x")), ErrorCode.SESSION_UNKNOWN);
    machine.maintain();
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(2);
  }

  @Test
  void everyCommand_keepsItsSessionAlive() {
    for (int i = 0; i < 10; i++) {
      machine.pass(StateMachine.SESSION_LIFETIME_MILLIS);
      machine.maintain();
      assertThat(client.call(Given.mkdirs("/d" + i))).isInstanceOf(Reply.DirectoryMade.class);
    }
  }

  @Test
  void closedSession_executesNothingButAnswersRetries() {
    client.call(Given.create("/p", Precondition.ABSENT));
    Reply closed = client.call(new SessionCommand.CloseSession());

    assertThat(closed).isEqualTo(Reply.DONE);
    assertThat(client.retry(new SessionCommand.CloseSession())).isEqualTo(Reply.DONE);
    assertRefused(client.call(Given.mkdirs("/x")), ErrorCode.SESSION_UNKNOWN);
    machine.maintain();
    assertThat(machine.cluster().count(Counter.SESSIONS)).isZero();
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(1);
  }

  private static byte[] key(SessionId sessionId) {
    return Key.of(sessionId.value());
  }

  private SessionStamp stamp(long sequence, long first) {
    return new SessionStamp(client.sessionId(), sequence, first);
  }

  private int keptReplies() {
    int count = 0;
    try (Cursor cursor = machine.reader().scan(Table.REPLIES, new byte[0], null)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }
}
