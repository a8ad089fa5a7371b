package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand;
import io.shoal.metadata.command.handler.NamespaceModel.Node;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Target;
import java.util.List;

/** Plays steps on a machine and on the model, and compares replies and whole states. */
final class ModelRun {
  private final StateMachine machine = StateMachine.withCluster();
  private final NamespaceModel model = new NamespaceModel();
  private final ModelCompare compare = new ModelCompare(machine, model);
  private final ModelClients clients = new ModelClients(machine, compare);
  private final ModelFiles files = new ModelFiles(machine, model, clients);

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
      clients.retry(retry.client());
    } else if (step instanceof ModelStep.Close close) {
      clients.close(close.client());
    } else {
      command(step);
    }
  }

  private void command(ModelStep step) {
    if (step instanceof ModelStep.Mkdirs s) {
      clients.expect(
          s.client(),
          new NamespaceCommand.Mkdirs(s.path(), Attributes.NONE, s.parents()),
          () -> model.mkdirs(s.path(), s.parents(), now()));
    } else if (step instanceof ModelStep.Rename s) {
      clients.expect(
          s.client(),
          new NamespaceCommand.Rename(s.source(), s.destination(), s.overwrite()),
          () -> model.rename(s.source(), s.destination(), s.overwrite(), now()));
    } else if (step instanceof ModelStep.Delete s) {
      clients.expect(
          s.client(),
          new NamespaceCommand.Delete(s.path(), s.recursive()),
          () -> {
            model.delete(s.path(), s.recursive(), now());
            return null;
          });
    } else if (step instanceof ModelStep.SetMode s) {
      clients.expect(
          s.client(),
          new NamespaceCommand.SetAttributes(new Target.AtPath(s.path()), Given.mode(s.mode())),
          () -> {
            Node node = model.walk(s.path()).existing();
            node.mode = s.mode();
            return node;
          });
    } else if (step instanceof ModelStep.Truncate s) {
      truncate(s);
    } else if (step instanceof ModelStep.Fence s) {
      clients.expect(
          s.client(), new NamespaceCommand.Fence(new Target.AtPath(s.path())), () -> fence(s));
    } else {
      files.play(step);
    }
  }

  private void truncate(ModelStep.Truncate step) {
    long length = lengthOf(step.path()) * step.percent() / 100;
    clients.expect(
        step.client(),
        new NamespaceCommand.Truncate(new Target.AtPath(step.path()), length),
        () -> {
          Node file = model.file(step.path());
          file.truncate(length, machine.now());
          return file;
        });
  }

  private long lengthOf(String path) {
    try {
      return model.file(path).length;
    } catch (NamespaceModel.Refused notThere) {
      return 0;
    }
  }

  private Node fence(ModelStep.Fence step) {
    Node node = model.file(step.path());
    node.generation++;
    node.opens.forEach(open -> open.sealed = true);
    return node;
  }

  private void maintain(int unitLimit) {
    machine.done(new MaintenanceCommand.Tick(unitLimit));
    machine.done(new MaintenanceCommand.SealExpired(unitLimit));
    machine.done(new MaintenanceCommand.Reclaim(unitLimit));
    clients.checkAlive();
    clients.finishSessions();
  }

  /** In the end only what is visible, and what it refers to, is left. */
  private void drain() {
    clients.closeAll();
    for (int round = 0; round < 3; round++) {
      machine.pass(StateMachine.GRANT_LIFETIME_MILLIS + StateMachine.GRACE_MILLIS + 2);
      clients.finishSessions();
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
