package io.shoal.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.command.ModelStep.Condition;
import io.shoal.metadata.command.ModelStep.Write;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceModel.Node;
import io.shoal.metadata.command.NamespaceModel.Open;
import io.shoal.metadata.command.NamespaceModel.Refused;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Plays steps on a machine and on the model, and compares replies and whole states. */
final class ModelRun {
  private static final InodeVersion NOWHERE = new InodeVersion(new InodeId(1L << 40), 1);

  private final StateMachine machine = StateMachine.withCluster();
  private final NamespaceModel model = new NamespaceModel();
  private final ModelCompare compare = new ModelCompare(machine, model);
  private final List<Node> files = new ArrayList<>();
  private final StateMachine.Client[] clients = {machine.client(), machine.client()};
  private final long[] heardAt = {machine.now(), machine.now()};
  private final Command[] lastCommands = new Command[2];
  private final Reply[] lastReplies = new Reply[2];

  StateMachine machine() {
    return machine;
  }

  void play(List<ModelStep> steps) {
    for (ModelStep step : steps) {
      play(step);
      compare.all();
    }
    drain();
  }

  private void play(ModelStep step) {
    if (step instanceof ModelStep.Pass pass) {
      machine.pass(pass.millis());
    } else if (step instanceof ModelStep.Maintain maintain) {
      maintain(maintain.unitLimit());
    } else if (step instanceof ModelStep.CollectGarbage) {
      machine.collectGarbage();
    } else if (step instanceof ModelStep.Retry retry) {
      retry(retry.client());
    } else if (step instanceof ModelStep.Close close) {
      close(close.client());
    } else {
      command(step);
    }
  }

  private void command(ModelStep step) {
    if (step instanceof ModelStep.Mkdirs s) {
      expect(
          s.client(),
          new NamespaceCommand.Mkdirs(s.path(), Attributes.NONE, s.parents()),
          () -> model.mkdirs(s.path(), s.parents(), now()));
    } else if (step instanceof ModelStep.Rename s) {
      expect(
          s.client(),
          new NamespaceCommand.Rename(s.source(), s.destination(), s.overwrite()),
          () -> model.rename(s.source(), s.destination(), s.overwrite(), now()));
    } else if (step instanceof ModelStep.Delete s) {
      expect(
          s.client(),
          new NamespaceCommand.Delete(s.path(), s.recursive()),
          () -> {
            model.delete(s.path(), s.recursive(), now());
            return null;
          });
    } else if (step instanceof ModelStep.SetMode s) {
      expect(
          s.client(),
          new NamespaceCommand.SetAttributes(new Target.AtPath(s.path()), Given.mode(s.mode())),
          () -> {
            Node node = model.walk(s.path()).existing();
            node.mode = s.mode();
            return node;
          });
    } else if (step instanceof ModelStep.Fence s) {
      expect(s.client(), new NamespaceCommand.Fence(new Target.AtPath(s.path())), () -> fence(s));
    } else {
      fileCommand(step);
    }
  }

  private Node fence(ModelStep.Fence step) {
    Node node = model.file(step.path());
    node.generation++;
    node.opens.forEach(open -> open.sealed = true);
    return node;
  }

  private void fileCommand(ModelStep step) {
    if (step instanceof ModelStep.Create s) {
      create(s);
    } else if (step instanceof ModelStep.Put s) {
      put(s);
    } else if (step instanceof ModelStep.Grow s) {
      Node node = fileOrNull(s.path());
      if (node != null) {
        grow(s.client(), node, s.stale(), s.write());
      }
    } else if (step instanceof ModelStep.GrowPending s && s.which() < files.size()) {
      grow(s.client(), files.get(s.which()), false, s.write());
    } else if (step instanceof ModelStep.Publish s && s.which() < files.size()) {
      publish(s, files.get(s.which()));
    } else if (step instanceof ModelStep.Abandon s && s.which() < files.size()) {
      Node node = files.get(s.which());
      expect(
          s.client(),
          new NamespaceCommand.Abandon(new InodeId(node.id)),
          () -> {
            node.gone |= clients[s.client()].sessionId().equals(node.pendingOf);
            return null;
          });
    } else if (step instanceof ModelStep.CloneTo s) {
      cloneTo(s);
    }
  }

  private @Nullable Node fileOrNull(String path) {
    try {
      return model.file(path);
    } catch (Refused e) {
      return null;
    }
  }

  private void create(ModelStep.Create step) {
    Node node = new Node(false, now());
    NamespaceCommand.CreateFile command =
        new NamespaceCommand.CreateFile(
            step.path(),
            precondition(step.path(), step.condition()),
            Attributes.NONE,
            FilePolicy.DEFAULT,
            false);
    boolean made =
        expect(
            step.client(),
            command,
            () -> {
              model.check(step.path(), step.condition(), false);
              node.pendingOf = clients[step.client()].sessionId();
              return node;
            });
    if (made) {
      files.add(node);
    }
  }

  private void put(ModelStep.Put step) {
    Precondition precondition = precondition(step.path(), step.condition());
    Node node = new Node(false, now());
    Open chunk = fresh(step.client());
    expect(
        step.client(),
        new NamespaceCommand.Commit(
            new CommitFile.Created(
                new NamespaceCommand.CreateFile(
                    step.path(), precondition, Attributes.NONE, FilePolicy.DEFAULT, true)),
            chunks(chunk, step.write()),
            extents(node, chunk, step.write()),
            new NamespaceCommand.Publish(step.path(), precondition, step.parents()),
            Attributes.NONE),
        () -> {
          write(step.client(), node, chunk, step.write());
          model.publish(node, step.path(), step.condition(), step.parents(), now());
          return node;
        });
  }

  private void grow(int client, Node node, boolean stale, Write write) {
    Open last = node.opens.isEmpty() ? null : node.opens.get(node.opens.size() - 1);
    Open chunk = write.sameChunk() && last != null ? last : fresh(client);
    long generation = stale ? node.generation - 1 : node.generation;
    expect(
        client,
        new NamespaceCommand.Commit(
            new CommitFile.Existing(new InodeVersion(new InodeId(node.id), generation)),
            chunks(chunk, write),
            extents(node, chunk, write),
            null,
            Attributes.NONE),
        () -> {
          checkReach(client, node);
          if (stale) {
            throw new Refused(ErrorCode.STALE_GENERATION);
          }
          write(client, node, chunk, write);
          return node;
        });
  }

  private void publish(ModelStep.Publish step, Node node) {
    Precondition precondition = precondition(step.path(), step.condition());
    InodeVersion version = new InodeVersion(new InodeId(node.id), node.generation);
    expect(
        step.client(),
        new NamespaceCommand.Commit(
            new CommitFile.Existing(version),
            List.of(),
            List.of(),
            new NamespaceCommand.Publish(step.path(), precondition, step.parents()),
            Attributes.NONE),
        () -> {
          checkReach(step.client(), node);
          if (node.pendingOf == null) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT);
          }
          model.publish(node, step.path(), step.condition(), step.parents(), now());
          return node;
        });
  }

  private void cloneTo(ModelStep.CloneTo step) {
    Node source = fileOrNull(step.source());
    Node destination = fileOrNull(step.destination());
    if (source == null || destination == null) {
      return;
    }
    expect(
        step.client(),
        new NamespaceCommand.Clone(
            new InodeVersion(new InodeId(source.id), source.generation),
            0,
            step.limit(),
            new InodeVersion(new InodeId(destination.id), destination.generation)),
        () -> {
          if (source == destination) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT);
          }
          for (Extent extent :
              source.extents.subList(0, Math.min(step.limit(), source.extents.size()))) {
            destination.append(extent.length(), extent.chunkId(), extent.chunkOffset(), now());
          }
          destination.generation += source.extents.isEmpty() ? 0 : 1;
          return destination;
        });
  }

  private void checkReach(int client, Node node) {
    boolean others = node.pendingOf != null && !node.pendingOf.equals(clients[client].sessionId());
    if (node.gone || others) {
      throw new Refused(ErrorCode.NOT_FOUND);
    }
  }

  private Open fresh(int client) {
    return new Open(
        machine.newChunkId(),
        clients[client].sessionId(),
        now() + StateMachine.GRANT_LIFETIME_MILLIS);
  }

  private List<ChunkCommit> chunks(Open chunk, Write write) {
    if (write.length() == 0) {
      return List.of();
    }
    int[] nodes = write.replicas() == 1 ? new int[] {1} : new int[] {1, write.replicas()};
    return List.of(
        Given.grants(chunk.sessionId, chunk.expiresAtMillis)
            .commit(chunk.chunkId, chunk.length + write.length(), write.seal(), nodes));
  }

  private static List<Extent> extents(Node node, Open chunk, Write write) {
    return write.length() == 0
        ? List.of()
        : List.of(new Extent(node.length, write.length(), chunk.chunkId, chunk.length));
  }

  private void write(int client, Node node, Open chunk, Write write) {
    if (write.length() == 0) {
      return;
    }
    if (!chunk.sessionId.equals(clients[client].sessionId())) {
      throw new Refused(ErrorCode.GRANT_INVALID);
    }
    if (now() > chunk.expiresAtMillis) {
      throw new Refused(ErrorCode.GRANT_EXPIRED);
    }
    if (write.replicas() == 1) {
      throw new Refused(ErrorCode.NOT_ENOUGH_NODES);
    }
    if (chunk.sealed) {
      throw new Refused(ErrorCode.FENCED);
    }
    node.append(write.length(), chunk.chunkId, chunk.length, now());
    node.generation++;
    chunk.length += write.length();
    chunk.sealed = write.seal();
    if (!node.opens.contains(chunk)) {
      node.opens.add(chunk);
    }
  }

  private Precondition precondition(String path, Condition condition) {
    Node there = fileOrNull(path);
    return switch (condition) {
      case ABSENT -> Precondition.ABSENT;
      case ANYTHING -> Precondition.ANYTHING;
      case WHAT_IS_THERE ->
          new Precondition.Exactly(
              there == null ? NOWHERE : new InodeVersion(new InodeId(there.id), there.generation));
      case STALE -> new Precondition.Exactly(NOWHERE);
    };
  }

  /** Sends a command; returns whether it was carried out. */
  private boolean expect(int client, Command command, Supplier<@Nullable Node> effect) {
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

  private void retry(int client) {
    Command last = lastCommands[client];
    if (last != null) {
      heardAt[client] = now();
      assertThat(clients[client].retry(last)).isEqualTo(lastReplies[client]);
    }
  }

  private void close(int client) {
    clients[client].call(new SessionCommand.CloseSession());
    StateMachine.assertRefused(
        clients[client].call(new SessionCommand.RenewSession()), ErrorCode.SESSION_UNKNOWN);
    finishSessions();
  }

  private void maintain(int unitLimit) {
    machine.done(new MaintenanceCommand.Tick(unitLimit));
    machine.done(new MaintenanceCommand.SealExpired(unitLimit));
    machine.done(new MaintenanceCommand.Reclaim(unitLimit));
    for (int client = 0; client < clients.length; client++) {
      boolean lives = machine.cluster().sessionLives(clients[client].sessionId());
      assertThat(lives || silentMillis(client) > StateMachine.SESSION_LIFETIME_MILLIS).isTrue();
    }
    finishSessions();
  }

  private long silentMillis(int client) {
    return now() - heardAt[client];
  }

  /** Whoever was silent for too long, or closed, is taken apart and gets a new session. */
  private void finishSessions() {
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
    for (Node file : files) {
      file.gone |= clients[client].sessionId().equals(file.pendingOf);
    }
    compare.sealAll(clients[client].sessionId());
    clients[client] = machine.client();
    heardAt[client] = now();
    lastCommands[client] = null;
  }

  /** In the end only what is visible, and what it refers to, is left. */
  private void drain() {
    for (int client = 0; client < clients.length; client++) {
      close(client);
    }
    for (int round = 0; round < 3; round++) {
      machine.pass(StateMachine.GRANT_LIFETIME_MILLIS + StateMachine.GRACE_MILLIS + 2);
      finishSessions();
      machine.maintain();
      machine.pass(1);
      machine.maintain();
      machine.collectGarbage();
    }
    machine.maintain();
    Invariants.check(machine.reader());
    List<ChunkId> referenced = compare.referencedChunks();
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(compare.visibleNodes());
    assertThat(machine.cluster().count(Counter.CHUNKS)).isEqualTo(referenced.size());
  }

  private long now() {
    return machine.now();
  }
}
