package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.handler.NamespaceModel.Node;
import io.shoal.metadata.command.handler.NamespaceModel.Refused;
import io.shoal.metadata.namespace.FileStatus;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The clients of a model test: they send commands, fall silent, and come back in new sessions. */
final class ModelClients {
  private final StateMachine machine;
  private final ModelCompare compare;
  private final StateMachine.Client[] clients;
  private final long[] heardAt;
  private final Command[] lastCommands = new Command[2];
  private final Reply[] lastReplies = new Reply[2];

  ModelClients(StateMachine machine, ModelCompare compare) {
    this.machine = machine;
    this.compare = compare;
    clients = new StateMachine.Client[] {machine.client(), machine.client()};
    heardAt = new long[] {machine.now(), machine.now()};
  }

  SessionId sessionOf(int client) {
    return clients[client].sessionId();
  }

  /** Sends a command; returns whether it was carried out. */
  boolean expect(int client, Command command, Supplier<@Nullable Node> effect) {
    heardAt[client] = now();
    Reply reply = clients[client].call(command);
    lastCommands[client] = command;
    lastReplies[client] = reply;
    Node node;
    try {
      node = effect.get();
    } catch (Refused refused) {
      assertThat(reply).isInstanceOf(Reply.Failure.class);
      assertThat(((Reply.Failure) reply).code()).as("%s", reply).isEqualTo(refused.code());
      return false;
    }
    assertThat(reply).isNotInstanceOf(Reply.Failure.class);
    if (node != null) {
      FileStatus status =
          reply instanceof Reply.Cloned cloned ? cloned.status() : Given.status(reply);
      node.id = node.id == 0 ? status.inodeId().value() : node.id;
      compare.status(status, node);
    }
    return true;
  }

  void retry(int client) {
    Command last = lastCommands[client];
    if (last != null) {
      heardAt[client] = now();
      assertThat(clients[client].retry(last)).isEqualTo(lastReplies[client]);
    }
  }

  void close(int client) {
    clients[client].call(new SessionCommand.CloseSession());
    StateMachine.assertRefused(
        clients[client].call(new SessionCommand.RenewSession()), ErrorCode.SESSION_UNKNOWN);
    finishSessions();
  }

  void closeAll() {
    for (int client = 0; client < clients.length; client++) {
      close(client);
    }
  }

  /** Checks that nobody was taken apart too early. */
  void checkAlive() {
    for (int client = 0; client < clients.length; client++) {
      boolean lives = machine.cluster().sessionLives(clients[client].sessionId());
      assertThat(lives || silentMillis(client) > StateMachine.SESSION_LIFETIME_MILLIS).isTrue();
    }
  }

  private long silentMillis(int client) {
    return now() - heardAt[client];
  }

  /** Whoever was silent for too long, or closed, is taken apart and gets a new session. */
  void finishSessions() {
    Reply.Progress progress;
    do {
      progress = (Reply.Progress) machine.done(new MaintenanceCommand.Tick(3));
    } while (progress.more());
    for (int client = 0; client < clients.length; client++) {
      if (!machine.cluster().sessionLives(clients[client].sessionId())) {
        ended(client);
      } else {
        assertThat(silentMillis(client))
            .isLessThanOrEqualTo(StateMachine.SESSION_LIFETIME_MILLIS * 9 / 8);
      }
    }
  }

  private void ended(int client) {
    compare.sessionEnded(clients[client].sessionId());
    clients[client] = machine.client();
    heardAt[client] = now();
    lastCommands[client] = null;
  }

  private long now() {
    return machine.now();
  }
}
