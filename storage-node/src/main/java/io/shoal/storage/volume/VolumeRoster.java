package io.shoal.storage.volume;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which volumes a node has: those of its start, and from then on what the configuration makes of
 * them. A list that was handed out is never altered, so that whoever works through one sees the
 * same volumes to the end; a volume that was taken out meanwhile refuses. Thread-safe.
 */
final class VolumeRoster {
  private static final Logger logger = LoggerFactory.getLogger(VolumeRoster.class);

  /** A disk that hangs may keep its volume from closing for ever. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final NodeIdentity owner;
  private final StoreConfig config;
  private final EngineParts engine;

  private volatile List<Volume> volumes = List.of();

  /** The last change, which may be under way; the opening counts as one. */
  private CompletableFuture<?> change = CompletableFuture.completedFuture(null);

  private boolean closed;

  /** Highest number that a volume ever had. Of the change that is under way. */
  private int highestVolumeId;

  VolumeRoster(NodeIdentity owner, StoreConfig config, EngineParts engine) {
    this.owner = owner;
    this.config = config;
    this.engine = engine;
  }

  /** Returns the volumes of the moment. */
  List<Volume> volumes() {
    return volumes;
  }

  /**
   * Opens the first volumes. Called once.
   *
   * @param directories takes
   * @return completes when each has recovered or failed; never fails
   * @throws ShoalException {@code INVALID_ARGUMENT} if one belongs to somebody else
   */
  synchronized CompletableFuture<Void> open(VolumeDirectories directories) {
    List<Volume> made = make(directories, Set.of());
    CompletableFuture<Void> opened = openAll(made).thenRun(() -> volumes = made);
    change = opened;
    return opened;
  }

  /**
   * Uses other directories; see {@link VolumeSet#change}.
   *
   * @param disks opens the disks of new directories
   * @param notes carries what the node has noted from some volumes to new ones
   */
  synchronized CompletableFuture<VolumeChange> change(
      List<Path> wanted,
      VolumeDirectories.DiskOpener disks,
      BiFunction<List<Volume>, List<Volume>, CompletableFuture<Void>> notes) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new ShoalException(ErrorCode.UNAVAILABLE, "", "the node is shutting down"));
    }
    if (!change.isDone()) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.OVERLOADED, "", "another change of the data directories is under way"));
    }
    CompletableFuture<VolumeChange> answer = new CompletableFuture<>();
    change = answer;
    engine
        .closer()
        .execute(
            () -> {
              try {
                begin(wanted, disks, notes, answer);
              } catch (RuntimeException refused) {
                answer.completeExceptionally(refused);
              }
            });
    return answer.copy();
  }

  private void begin(
      List<Path> wanted,
      VolumeDirectories.DiskOpener disks,
      BiFunction<List<Volume>, List<Volume>, CompletableFuture<Void>> notes,
      CompletableFuture<VolumeChange> answer) {
    Map<Path, Path> added = byPlace(wanted);
    List<Volume> before = volumes;
    List<Volume> kept = new ArrayList<>();
    List<Volume> removed = new ArrayList<>();
    for (Volume volume : before) {
      (added.remove(place(volume.path())) != null ? kept : removed).add(volume);
    }
    if (kept.isEmpty() && added.isEmpty()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT, "", "data directories: none (expected: at least one)");
    }
    List<Volume> opening =
        added.isEmpty()
            ? List.of()
            : make(VolumeDirectories.claim(List.copyOf(added.values()), disks), Set.copyOf(before));
    var unused =
        openAll(opening)
            .thenCompose(
                opened -> {
                  kept.forEach(volume -> volume.noteHighestVolumeId(highestVolumeId));
                  // Those that go may hang: they are asked for what they have noted if nobody else
                  // can be.
                  volumes = concat(kept, opening);
                  return opening.isEmpty()
                      ? CompletableFuture.completedFuture(true)
                      : inTime(notes.apply(kept.isEmpty() ? removed : kept, opening));
                })
            .handle(VolumeRoster::logCarried)
            .thenCompose(logged -> closeWithin(removed))
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    answer.complete(new VolumeChange(pathsOf(opening), pathsOf(removed)));
                  } else {
                    answer.completeExceptionally(failure);
                  }
                });
  }

  private static boolean logCarried(@Nullable Boolean carried, @Nullable Throwable failure) {
    boolean done = failure == null && Boolean.TRUE.equals(carried);
    if (!done) {
      logger.warn(
          "What the node has noted can't be noted on its new volumes: {}",
          failure == null ? "a disk does not answer" : failure.toString());
    }
    return done;
  }

  /** Completes with false if it takes too long. */
  private static CompletableFuture<Boolean> inTime(CompletableFuture<Void> step) {
    return step.thenApply(done -> true)
        .completeOnTimeout(false, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Returns directories by where they are, however they are written. */
  private static Map<Path, Path> byPlace(List<Path> wanted) {
    Map<Path, Path> places = new LinkedHashMap<>();
    for (Path path : wanted) {
      if (places.put(place(path), path) != null) {
        throw new ShoalException(
            ErrorCode.INVALID_ARGUMENT,
            path.toString(),
            "is named twice (expected: each data directory once)");
      }
    }
    return places;
  }

  /** Makes volumes of directories, which it takes. */
  private List<Volume> make(VolumeDirectories directories, Set<Volume> present) {
    try {
      directories.checkOwner(owner);
      for (DataDirectory directory : directories.directories()) {
        VolumeIdentity identity = directory.identity();
        for (Volume other : present) {
          if (identity != null && identity.volume().equals(other.volume())) {
            throw VolumeDirectories.sameVolume(directory, other.volume(), other.path());
          }
        }
      }
      highestVolumeId = Math.max(highestVolumeId, directories.highestVolumeId());
    } catch (ShoalException refused) {
      directories.close();
      throw refused;
    }
    List<Volume> made = new ArrayList<>();
    for (DataDirectory directory : directories.directories()) {
      VolumeIdentity identity = directory.identity();
      VolumeId id = identity != null ? identity.volume() : new VolumeId(++highestVolumeId);
      made.add(new Volume(directory, owner, id, config, engine));
    }
    return List.copyOf(made);
  }

  private CompletableFuture<Void> openAll(List<Volume> made) {
    return all(made.stream().map(volume -> volume.open(highestVolumeId)).toList());
  }

  private static CompletableFuture<Void> closeWithin(List<Volume> removed) {
    if (removed.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return inTime(all(removed.stream().map(Volume::close).toList()))
        .thenAccept(
            inTime -> {
              if (!inTime) {
                logger.warn("{}: not closed within {}; does the disk hang?", removed, CLOSE_LIMIT);
              }
            });
  }

  /** Closes all; completes when they are, also if a change is under way. */
  synchronized CompletableFuture<Void> close() {
    closed = true;
    return change
        .handle((done, failure) -> volumes)
        .thenCompose(open -> all(open.stream().map(Volume::close).toList()));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<Void>> steps) {
    return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
  }

  private static List<Volume> concat(List<Volume> first, List<Volume> second) {
    List<Volume> both = new ArrayList<>(first);
    both.addAll(second);
    return List.copyOf(both);
  }

  private static List<Path> pathsOf(List<Volume> volumes) {
    return volumes.stream().map(Volume::path).toList();
  }

  private static Path place(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
