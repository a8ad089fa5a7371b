package io.shoal.storage.transfer;

import io.shoal.common.checksum.RunningCrc32c;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ReadFrame;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.VolumeHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how replicas of this node are: by the records of the volumes, or by reading every byte,
 * one frame after another. Steps follow each other in the order of their futures, so it needs no
 * lock.
 */
final class ReplicaCheck {
  private final ChunkStore store;
  private final List<ExpectedChunk> chunks;
  private final Executor executor;
  private final List<Finding> findings = new ArrayList<>();
  private final CompletableFuture<List<Finding>> answer = new CompletableFuture<>();

  /**
   * Makes a check.
   *
   * @param executor runs its steps; they do not block
   */
  ReplicaCheck(ChunkStore store, List<ExpectedChunk> chunks, Executor executor) {
    this.store = store;
    this.chunks = List.copyOf(chunks);
    this.executor = executor;
  }

  /** Compares with the records; never fails. */
  CompletableFuture<List<Finding>> byRecords() {
    var unused =
        store
            .describe(chunks.stream().map(ExpectedChunk::chunk).toList())
            .whenCompleteAsync(
                (described, failure) -> answer.complete(compare(described)), executor);
    return answer;
  }

  private List<Finding> compare(@Nullable List<ChunkDescription> described) {
    List<Finding> found = new ArrayList<>(chunks.size());
    for (int i = 0; i < chunks.size(); i++) {
      found.add(described == null ? Finding.UNDECIDED : compare(chunks.get(i), described.get(i)));
    }
    return found;
  }

  private Finding compare(ExpectedChunk expected, ChunkDescription actual) {
    if (actual.state() == ChunkDescription.State.UNKNOWN) {
      return absent(store);
    }
    int bytes = actual.durable().bytes();
    boolean other = bytes == expected.length() && actual.durable().crc32c() != expected.crc32c();
    return bytes < expected.length() || other ? Finding.DAMAGED : Finding.INTACT;
  }

  /** A chunk that no volume has shown may still lie on one that can't be asked. */
  static Finding absent(ChunkStore store) {
    boolean allAnswer =
        store.reports().stream()
            .allMatch(
                volume ->
                    volume.health() == VolumeHealth.HEALTHY
                        || volume.health() == VolumeHealth.FULL);
    return allAnswer ? Finding.MISSING : Finding.UNREACHABLE;
  }

  /** Reads every byte; never fails. */
  CompletableFuture<List<Finding>> byReading() {
    readNext();
    return answer;
  }

  private void readNext() {
    if (findings.size() == chunks.size()) {
      answer.complete(findings);
      return;
    }
    ExpectedChunk expected = chunks.get(findings.size());
    var unused =
        store
            .openReader(expected.chunk(), 0, expected.length())
            .whenCompleteAsync(
                (reader, failure) -> {
                  if (reader == null) {
                    found(judge(failure));
                  } else {
                    readFrame(expected, reader, new RunningCrc32c());
                  }
                },
                executor);
  }

  private void readFrame(ExpectedChunk expected, ChunkReader reader, RunningCrc32c crc) {
    if (!reader.hasNext()) {
      reader.close();
      found(crc.value() == expected.crc32c() ? Finding.INTACT : Finding.DAMAGED);
      return;
    }
    var unused =
        reader
            .next()
            .whenCompleteAsync(
                (frame, failure) -> {
                  if (frame == null) {
                    reader.close();
                    found(judge(failure));
                  } else {
                    add(frame, crc);
                    readFrame(expected, reader, crc);
                  }
                },
                executor);
  }

  private static void add(ReadFrame frame, RunningCrc32c crc) {
    // Of the bytes themselves: the frame's own checksum is derived from what the volume has stored.
    crc.update(frame.payload());
    frame.payload().release();
  }

  private void found(Finding finding) {
    findings.add(finding);
    readNext();
  }

  private Finding judge(@Nullable Throwable failure) {
    if (failure == null) {
      return Finding.UNDECIDED;
    }
    return switch (ShoalException.of(failure).code()) {
      case CHUNK_UNKNOWN -> absent(store);
      case REPLICA_SHORT, CHECKSUM_MISMATCH -> Finding.DAMAGED;
      case VOLUME_FENCED -> Finding.UNREACHABLE;
      default -> Finding.UNDECIDED;
    };
  }
}
