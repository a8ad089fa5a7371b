package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.io.CrashPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Indexes in memory, which survive a simulated crash as one that syncs every batch does. They
 * encode and decode records as the real one, and fail when told to.
 */
public final class SimulatedIndexes implements IndexOpener {
  private static final Comparator<Trashed> ORDER =
      Comparator.comparingLong(Trashed::sinceMillis)
          .thenComparing(trashed -> trashed.head().chunk());

  private final CrashPoint crashPoint;
  private final Map<Path, State> states = new HashMap<>();
  private @Nullable IOException openFailure;
  private @Nullable IOException commitFailure;
  private @Nullable IOException readFailure;
  private Runnable duringCommit = () -> {};
  private Consumer<Throwable> onFailure = failure -> {};

  private static final class State {
    private final TreeMap<ChunkId, byte[]> heads = new TreeMap<>();
    private final Map<ChunkId, byte[]> contents = new HashMap<>();
    private final NavigableSet<Unconfirmed> unconfirmed = new TreeSet<>();
    private long sequences = 1;
    private final Map<ChunkId, byte[]> trash = new HashMap<>();
    private byte @Nullable [] scrubbed;
    private byte @Nullable [] brake;
    private int commits;
  }

  /** Makes indexes that crash with others. */
  public SimulatedIndexes(CrashPoint crashPoint) {
    this.crashPoint = crashPoint;
  }

  @Override
  public synchronized ChunkIndex open(
      Path directory, boolean readOnly, Consumer<Throwable> listener) throws IOException {
    crashPoint.pass();
    onFailure = listener;
    if (openFailure != null) {
      throw openFailure;
    }
    if (readOnly && !states.containsKey(directory)) {
      throw new IOException("index " + directory + ": not there");
    }
    return new Simulated(states.computeIfAbsent(directory, absent -> new State()), readOnly);
  }

  /** Lets no index be opened any more; null ends that. */
  public synchronized void failOpens(@Nullable IOException failure) {
    openFailure = failure;
  }

  /** Lets all later commits fail; null ends that. */
  public synchronized void failCommits(@Nullable IOException failure) {
    commitFailure = failure;
  }

  /** Does something while each later commit is under way. */
  public synchronized void duringCommits(Runnable hook) {
    duringCommit = hook;
  }

  /** Lets all later reads fail; null ends that. */
  public synchronized void failReads(@Nullable IOException failure) {
    readFailure = failure;
  }

  /** Reports an error in the background. */
  public void failInBackground(IOException failure) {
    onFailure.accept(failure);
  }

  /** Returns how often something was made durable, in all indexes. */
  public synchronized int commits() {
    return states.values().stream().mapToInt(state -> state.commits).sum();
  }

  private final class Simulated implements ChunkIndex {
    private final State state;
    private final boolean readOnly;

    Simulated(State state, boolean readOnly) {
      this.state = state;
      this.readOnly = readOnly;
    }

    @Override
    public @Nullable ChunkHead head(ChunkId chunk) throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        byte[] value = state.heads.get(chunk);
        return value == null ? null : RecordCodec.head(RecordCodec.chunkKey(chunk), value);
      }
    }

    @Override
    public @Nullable ChunkContent content(ChunkHead head) throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        byte[] value = state.contents.get(head.chunk());
        return value == null ? null : RecordCodec.content(value);
      }
    }

    @Override
    public List<ChunkHead> heads(@Nullable ChunkId after, int limit) throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        Map<ChunkId, byte[]> rest = after == null ? state.heads : state.heads.tailMap(after, false);
        List<ChunkHead> heads = new ArrayList<>();
        for (Map.Entry<ChunkId, byte[]> entry : rest.entrySet()) {
          if (heads.size() < limit) {
            heads.add(RecordCodec.head(RecordCodec.chunkKey(entry.getKey()), entry.getValue()));
          }
        }
        return heads;
      }
    }

    @Override
    public List<Unconfirmed> unconfirmed(long beforeMillis, @Nullable Unconfirmed after, int limit)
        throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        NavigableSet<Unconfirmed> rest =
            after == null ? state.unconfirmed : state.unconfirmed.tailSet(after, false);
        return rest.stream()
            .filter(found -> found.expiresAtMillis() < beforeMillis)
            .limit(limit)
            .toList();
      }
    }

    @Override
    public @Nullable Trashed trashed(ChunkId chunk) throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        byte[] value = state.trash.get(chunk);
        return value == null ? null : RecordCodec.trashed(chunk, value);
      }
    }

    @Override
    public List<Trashed> trash(long beforeMillis, @Nullable Trashed after, int limit)
        throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        List<Trashed> found = new ArrayList<>();
        for (Map.Entry<ChunkId, byte[]> entry : state.trash.entrySet()) {
          Trashed trashed = RecordCodec.trashed(entry.getKey(), entry.getValue());
          if (trashed.sinceMillis() < beforeMillis
              && (after == null || ORDER.compare(trashed, after) > 0)) {
            found.add(trashed);
          }
        }
        return found.stream().sorted(ORDER).limit(limit).toList();
      }
    }

    @Override
    public ScrubNote scrubNote() throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        return state.scrubbed == null ? ScrubNote.NONE : RecordCodec.scrubbed(state.scrubbed);
      }
    }

    @Override
    public BrakeNote brakeNote() throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        return state.brake == null ? BrakeNote.NONE : RecordCodec.brake(state.brake);
      }
    }

    @Override
    public long sequencesReservedBelow() throws IOException {
      synchronized (SimulatedIndexes.this) {
        beginRead();
        return state.sequences;
      }
    }

    @Override
    public void commit(List<IndexUpdate> updates) throws IOException {
      synchronized (SimulatedIndexes.this) {
        crashPoint.pass();
        if (readOnly) {
          throw new IOException("index is open for reading only");
        }
        if (commitFailure != null) {
          throw commitFailure;
        }
        updates.forEach(this::apply);
        duringCommit.run();
        state.commits++;
        crashPoint.pass();
      }
    }

    @Override
    public void close() {}

    private void beginRead() throws IOException {
      crashPoint.pass();
      if (readFailure != null) {
        throw readFailure;
      }
    }

    private void apply(IndexUpdate update) {
      if (update instanceof IndexUpdate.Put put) {
        ChunkHead head = put.head();
        state.heads.put(head.chunk(), RecordCodec.head(head));
        state.contents.put(head.chunk(), RecordCodec.content(put.content()));
        if (put.first()) {
          state.unconfirmed.add(new Unconfirmed(head.expiresAtMillis(), head.chunk()));
        }
      } else if (update instanceof IndexUpdate.Delete delete) {
        state.heads.remove(delete.chunk());
        state.contents.remove(delete.chunk());
        state.unconfirmed.remove(new Unconfirmed(delete.expiresAtMillis(), delete.chunk()));
      } else if (update instanceof IndexUpdate.Confirm confirm) {
        state.unconfirmed.remove(new Unconfirmed(confirm.expiresAtMillis(), confirm.chunk()));
      } else if (update instanceof IndexUpdate.Unconfirm unconfirm) {
        state.unconfirmed.add(new Unconfirmed(unconfirm.expiresAtMillis(), unconfirm.chunk()));
      } else if (update instanceof IndexUpdate.Scrubbed noted) {
        state.scrubbed = RecordCodec.scrubbed(noted.note());
      } else if (update instanceof IndexUpdate.NoteBrake noted) {
        state.brake = RecordCodec.brake(noted.note());
      } else if (update instanceof IndexUpdate.MoveToTrash move) {
        ChunkHead head = move.head();
        state.heads.remove(head.chunk());
        state.unconfirmed.remove(new Unconfirmed(head.expiresAtMillis(), head.chunk()));
        state.trash.put(head.chunk(), RecordCodec.trashed(new Trashed(move.sinceMillis(), head)));
      } else if (update instanceof IndexUpdate.TakeBack back) {
        ChunkHead head = back.trashed().head();
        state.trash.remove(head.chunk());
        state.heads.put(head.chunk(), RecordCodec.head(head));
        state.unconfirmed.add(new Unconfirmed(head.expiresAtMillis(), head.chunk()));
      } else if (update instanceof IndexUpdate.Erase erase) {
        state.trash.remove(erase.trashed().head().chunk());
        state.contents.remove(erase.trashed().head().chunk());
      } else if (update instanceof IndexUpdate.ReserveSequences reserve) {
        state.sequences = reserve.below();
      }
    }
  }
}
