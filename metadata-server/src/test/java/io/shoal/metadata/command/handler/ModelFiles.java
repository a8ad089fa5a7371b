package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.handler.ModelStep.Condition;
import io.shoal.metadata.command.handler.ModelStep.Write;
import io.shoal.metadata.command.handler.NamespaceModel.Node;
import io.shoal.metadata.command.handler.NamespaceModel.Open;
import io.shoal.metadata.command.handler.NamespaceModel.Refused;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a model test that are about files and their bytes. */
final class ModelFiles {
  private static final InodeVersion NOWHERE = new InodeVersion(new InodeId(1L << 40), 1);

  private final StateMachine machine;
  private final NamespaceModel model;
  private final ModelClients clients;
  private final List<Node> files = new ArrayList<>();

  ModelFiles(StateMachine machine, NamespaceModel model, ModelClients clients) {
    this.machine = machine;
    this.model = model;
    this.clients = clients;
  }

  void play(ModelStep step) {
    if (step instanceof ModelStep.Create s) {
      create(s);
    } else if (step instanceof ModelStep.Put s) {
      put(s);
    } else if (step instanceof ModelStep.Grow s) {
      Node node = fileOrNull(s.path());
      if (node != null) {
        grow(s.client(), node, s.stale(), s.write());
      }
    } else if (step instanceof ModelStep.GrowPending s && reachable(s.which())) {
      grow(s.client(), files.get(s.which()), false, s.write());
    } else if (step instanceof ModelStep.Publish s && reachable(s.which())) {
      publish(s, files.get(s.which()));
    } else if (step instanceof ModelStep.Abandon s && reachable(s.which())) {
      Node node = files.get(s.which());
      clients.expect(
          s.client(),
          new NamespaceCommand.Abandon(new InodeId(node.id)),
          () -> {
            node.gone |= clients.sessionOf(s.client()).equals(node.pendingOf);
            return null;
          });
    } else if (step instanceof ModelStep.CloneTo s) {
      cloneTo(s);
    }
  }

  private boolean reachable(int which) {
    return which < files.size() && !files.get(which).detached;
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
        clients.expect(
            step.client(),
            command,
            () -> {
              model.check(step.path(), step.condition(), false);
              node.pendingOf = clients.sessionOf(step.client());
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
    clients.expect(
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
    clients.expect(
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
    clients.expect(
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
    clients.expect(
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
    boolean others = node.pendingOf != null && !node.pendingOf.equals(clients.sessionOf(client));
    if (node.gone || others) {
      throw new Refused(ErrorCode.NOT_FOUND);
    }
  }

  private Open fresh(int client) {
    return new Open(
        machine.newChunkId(),
        clients.sessionOf(client),
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
    if (!chunk.sessionId.equals(clients.sessionOf(client))) {
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

  private long now() {
    return machine.now();
  }
}
