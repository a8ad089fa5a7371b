package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.namespace.Extent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The namespace as a tree of objects: what the tables and handlers must amount to. */
final class NamespaceModel {
  /** What the model refuses. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    Refused(ErrorCode code) {
      super(code.name(), null, false, false);
      this.code = code;
    }

    ErrorCode code() {
      return code;
    }
  }

  /** A chunk that a file's writer left open. */
  static final class Open {
    final ChunkId chunkId;
    final SessionId sessionId;
    final long expiresAtMillis;
    int length;
    boolean sealed;

    Open(ChunkId chunkId, SessionId sessionId, long expiresAtMillis) {
      this.chunkId = chunkId;
      this.sessionId = sessionId;
      this.expiresAtMillis = expiresAtMillis;
    }
  }

  /** A file or directory. */
  static final class Node {
    final boolean directory;
    final TreeMap<String, Node> children = new TreeMap<>();
    List<Extent> extents = new ArrayList<>();
    long id;
    int mode;
    long length;
    long generation = 1;
    long modifiedAtMillis;
    @Nullable SessionId pendingOf;
    boolean gone;

    /** Below a directory that was deleted: reclaimed some time later, until then as it was. */
    boolean detached;

    /** All chunks of the file that were ever left open; the last one is the one to go on in. */
    final List<Open> opens = new ArrayList<>();

    Node(boolean directory, long now) {
      this.directory = directory;
      this.mode = directory ? 0755 : 0644;
      this.modifiedAtMillis = now;
    }

    void append(int bytes, ChunkId chunkId, int chunkOffset, long now) {
      Extent last = extents.isEmpty() ? null : extents.get(extents.size() - 1);
      if (last != null
          && last.chunkId().equals(chunkId)
          && last.chunkOffset() + last.length() == chunkOffset) {
        int joined = last.length() + bytes;
        extents.set(
            extents.size() - 1, new Extent(last.fileOffset(), joined, chunkId, last.chunkOffset()));
      } else {
        extents.add(new Extent(length, bytes, chunkId, chunkOffset));
      }
      length += bytes;
      modifiedAtMillis = now;
    }

    void truncate(long newLength, long now) {
      if (newLength > length) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT);
      }
      if (newLength == length) {
        return;
      }
      extents.removeIf(extent -> extent.fileOffset() >= newLength);
      if (newLength > 0) {
        Extent last = extents.remove(extents.size() - 1);
        int kept = (int) Math.min(last.length(), newLength - last.fileOffset());
        extents.add(new Extent(last.fileOffset(), kept, last.chunkId(), last.chunkOffset()));
      }
      opens.forEach(open -> open.sealed = true);
      length = newLength;
      generation++;
      modifiedAtMillis = now;
    }
  }

  /** How far a path leads. */
  record Place(List<String> names, List<Node> found, Node root) {
    @Nullable Node entry() {
      return names.isEmpty()
          ? root
          : found.size() == names.size() ? found.get(found.size() - 1) : null;
    }

    Node existing() {
      Node entry = entry();
      if (entry == null) {
        throw new Refused(ErrorCode.NOT_FOUND);
      }
      return entry;
    }

    Node parent() {
      if (found.size() < names.size() - 1) {
        throw new Refused(ErrorCode.NOT_FOUND);
      }
      return names.size() == 1 ? root : found.get(names.size() - 2);
    }

    String name() {
      return names.get(names.size() - 1);
    }
  }

  final Node root = new Node(true, StateMachine.BEGIN_MILLIS);

  Place walk(String path) {
    List<String> names = path.equals("/") ? List.of() : Arrays.asList(path.substring(1).split("/"));
    List<Node> found = new ArrayList<>();
    Node current = root;
    for (String name : names) {
      if (!current.directory) {
        throw new Refused(ErrorCode.NOT_A_DIRECTORY);
      }
      Node next = current.children.get(name);
      if (next == null) {
        break;
      }
      found.add(next);
      current = next;
    }
    return new Place(names, found, root);
  }

  Node mkdirs(String path, boolean parents, long now) {
    Place place = walk(path);
    Node entry = place.entry();
    if (entry != null) {
      if (!parents || !entry.directory) {
        throw new Refused(ErrorCode.ALREADY_EXISTS);
      }
      return entry;
    }
    if (!parents) {
      place.parent();
    }
    return makeDirectories(place, place.names().size(), now);
  }

  private Node makeDirectories(Place place, int depth, long now) {
    int there = Math.min(place.found().size(), depth);
    Node current = there == 0 ? root : place.found().get(there - 1);
    if (there < depth) {
      current.modifiedAtMillis = now;
    }
    for (String name : place.names().subList(there, depth)) {
      Node made = new Node(true, now);
      current.children.put(name, made);
      current = made;
    }
    return current;
  }

  /**
   * Checks that a file may be put at a path.
   *
   * @param condition with {@code version} null for a version that is nowhere
   */
  void check(String path, ModelStep.Condition condition, boolean parents) {
    Place place = walk(path);
    if (place.names().isEmpty()) {
      throw new Refused(ErrorCode.IS_A_DIRECTORY);
    }
    if (!parents) {
      place.parent();
    }
    Node entry = place.entry();
    boolean exactly =
        condition == ModelStep.Condition.STALE || condition == ModelStep.Condition.WHAT_IS_THERE;
    if (entry == null) {
      if (exactly) {
        throw new Refused(ErrorCode.STALE_GENERATION);
      }
    } else if (condition == ModelStep.Condition.ABSENT) {
      throw new Refused(ErrorCode.ALREADY_EXISTS);
    } else if (entry.directory) {
      throw new Refused(ErrorCode.IS_A_DIRECTORY);
    } else if (condition == ModelStep.Condition.STALE) {
      throw new Refused(ErrorCode.STALE_GENERATION);
    }
  }

  void publish(Node file, String path, ModelStep.Condition condition, boolean parents, long now) {
    check(path, condition, parents);
    Place place = walk(path);
    Node parent = makeDirectories(place, place.names().size() - 1, now);
    Node replaced = parent.children.put(place.name(), file);
    parent.modifiedAtMillis = now;
    file.pendingOf = null;
    if (replaced != null) {
      replaced.gone = true;
    }
  }

  Node rename(String from, String to, boolean overwrite, long now) {
    Place source = walk(from);
    Place destination = walk(to);
    if (source.names().isEmpty()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT);
    }
    Node moved = source.existing();
    if (source.names().equals(destination.names())) {
      return moved;
    }
    if (destination.found().contains(moved)) {
      throw new Refused(moved.directory ? ErrorCode.WOULD_CYCLE : ErrorCode.NOT_A_DIRECTORY);
    }
    Node replaced = destination.entry();
    if (replaced != null) {
      checkReplace(moved, replaced, overwrite);
    }
    Node parent = destination.parent();
    source.parent().children.remove(source.name());
    source.parent().modifiedAtMillis = now;
    parent.children.put(destination.name(), moved);
    parent.modifiedAtMillis = now;
    if (replaced != null) {
      replaced.gone = true;
    }
    return moved;
  }

  private static void checkReplace(Node moved, Node replaced, boolean overwrite) {
    if (!overwrite) {
      throw new Refused(ErrorCode.ALREADY_EXISTS);
    }
    if (moved.directory != replaced.directory) {
      throw new Refused(moved.directory ? ErrorCode.NOT_A_DIRECTORY : ErrorCode.IS_A_DIRECTORY);
    }
    if (!replaced.children.isEmpty()) {
      throw new Refused(ErrorCode.NOT_EMPTY);
    }
  }

  void delete(String path, boolean recursive, long now) {
    Place place = walk(path);
    if (place.names().isEmpty()) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT);
    }
    Node entry = place.existing();
    if (!entry.children.isEmpty() && !recursive) {
      throw new Refused(ErrorCode.NOT_EMPTY);
    }
    place.parent().children.remove(place.name());
    place.parent().modifiedAtMillis = now;
    entry.gone = true;
    detach(entry);
  }

  private static void detach(Node directory) {
    for (Node child : directory.children.values()) {
      child.detached = true;
      detach(child);
    }
  }

  Node file(String path) {
    Node node = walk(path).existing();
    if (node.directory) {
      throw new Refused(ErrorCode.IS_A_DIRECTORY);
    }
    return node;
  }
}
