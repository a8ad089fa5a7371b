package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.command.handler.NamespaceModel.Node;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.ListPage;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.namespace.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Compares all that can be seen of a machine with the model. */
final class ModelCompare {
  private final StateMachine machine;
  private final NamespaceModel model;
  private final Set<Node> everSeen = new HashSet<>();

  ModelCompare(StateMachine machine, NamespaceModel model) {
    this.machine = machine;
    this.model = model;
    model.root.id = 1;
  }

  /** Compares the whole tree, and the tables among themselves. */
  void all() {
    Invariants.check(machine.reader());
    directory(machine.namespace(), model.root);
  }

  private void directory(NamespaceQueries queries, Node directory) {
    Target target = new Target.OfInode(new InodeId(directory.id));
    List<ListPage.Item> items = new ArrayList<>();
    ListPage page;
    do {
      String after = items.isEmpty() ? "" : items.get(items.size() - 1).name();
      page = queries.list(target, after, 2, true);
      items.addAll(page.items());
    } while (!page.complete());
    assertThat(items)
        .extracting(ListPage.Item::name)
        .containsExactlyElementsOf(directory.children.keySet());
    for (ListPage.Item item : items) {
      Node child = directory.children.get(item.name());
      if (child.id == 0) {
        child.id = item.inodeId().value();
      }
      assertThat(item.type()).isEqualTo(item.status().type());
      status(item.status(), child);
      if (child.directory) {
        directory(queries, child);
      } else {
        file(queries, item.status(), child);
      }
    }
  }

  private void file(NamespaceQueries queries, FileStatus status, Node file) {
    List<Extent> extents = new ArrayList<>();
    long offset = 0;
    while (offset < status.length()) {
      extents.addAll(queries.extents(status.version(), offset, 2).extents());
      offset = extents.get(extents.size() - 1).fileEnd();
    }
    assertThat(extents).isEqualTo(file.extents);
  }

  void status(FileStatus status, Node node) {
    everSeen.add(node);
    assertThat(status.inodeId().value()).isEqualTo(node.id);
    assertThat(status.type()).isEqualTo(node.directory ? FileType.DIRECTORY : FileType.FILE);
    assertThat(status.length()).isEqualTo(node.length);
    assertThat(status.generation()).isEqualTo(node.generation);
    assertThat(status.ownership().mode()).isEqualTo(node.mode);
    assertThat(status.times().modifiedAtMillis()).isEqualTo(node.modifiedAtMillis);
  }

  /** Notes that a session ended: its pending files are gone, its open chunks sealed. */
  void sessionEnded(SessionId sessionId) {
    for (Node file : everSeen) {
      file.gone |= sessionId.equals(file.pendingOf);
      file.opens.stream()
          .filter(open -> open.sessionId.equals(sessionId))
          .forEach(open -> open.sealed = true);
    }
  }

  List<ChunkId> referencedChunks() {
    Set<ChunkId> chunks = new HashSet<>();
    walk(model.root, node -> node.extents.forEach(extent -> chunks.add(extent.chunkId())));
    return List.copyOf(chunks);
  }

  int visibleNodes() {
    int[] count = {0};
    walk(model.root, node -> count[0]++);
    return count[0];
  }

  private static void walk(Node node, Consumer<Node> visitor) {
    visitor.accept(node);
    node.children.values().forEach(child -> walk(child, visitor));
  }
}
