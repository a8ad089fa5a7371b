package io.shoal.client.internal.read;

import io.shoal.client.FileStatus;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.ExtentsRequest;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The map of one file in one generation: from the file's bytes to chunks and their nodes. Pages are
 * asked for when they are needed, and some of them are kept. Thread-safe.
 */
final class ExtentMap {
  /** Pages kept: with 512 rows each, the map of 128 GiB of full chunks. */
  private static final int PAGES_KEPT = 16;

  private final ReadContext context;
  private final FileStatus file;

  /** By where they begin; guarded by this, as is what follows. */
  private final TreeMap<Long, ExtentPage> pages = new TreeMap<>();

  /** Where the pages begin, oldest first. */
  private final Queue<Long> ages = new ArrayDeque<>();

  /** By the position that was asked for. */
  private final Map<Long, CompletableFuture<FileExtent>> asked = new HashMap<>();

  /**
   * Makes a map.
   *
   * @param first the page that came with the opening
   */
  ExtentMap(ReadContext context, FileStatus file, ExtentPage first) {
    this.context = context;
    this.file = file;
    keep(first);
  }

  /** Returns the extent that holds a byte; null if its page is not here. */
  synchronized @Nullable FileExtent known(long position) {
    Map.Entry<Long, ExtentPage> page = pages.floorEntry(position);
    return page == null ? null : page.getValue().find(position);
  }

  /**
   * Asks for the extent that holds a byte.
   *
   * @param position within the file
   * @return completes on any thread; fails with {@link ErrorCode#GENERATION_GONE} if committed
   *     bytes were altered since the file was opened (rule R2)
   */
  CompletableFuture<FileExtent> ask(long position) {
    CompletableFuture<FileExtent> answer;
    synchronized (this) {
      CompletableFuture<FileExtent> before = asked.get(position);
      if (before != null) {
        return before;
      }
      answer = new CompletableFuture<>();
      asked.put(position, answer);
    }
    request(position, answer);
    return answer;
  }

  private void request(long position, CompletableFuture<FileExtent> answer) {
    ExtentsRequest request =
        ExtentsRequest.newBuilder()
            .setInodeId(file.inodeId())
            .setGeneration(file.generation())
            .setFileOffset(position)
            .setLimit(context.settings().pageExtents())
            .build();
    Listening.to(
        context.metadata().extents(request, context.resources().metadataDeadline()),
        (reply, failure) -> {
          if (failure != null) {
            forget(position);
            answer.completeExceptionally(ShoalException.of(failure));
          } else {
            onPage(position, reply, answer);
          }
        });
  }

  private void onPage(long position, ExtentsReply reply, CompletableFuture<FileExtent> answer) {
    FileExtent found;
    try {
      ExtentPage page = ExtentPage.of(file.path(), reply);
      keep(page);
      found = page.find(position);
    } catch (ShoalException malformed) {
      forget(position);
      answer.completeExceptionally(malformed);
      return;
    }
    forget(position);
    if (found == null) {
      answer.completeExceptionally(
          new ShoalException(
              ErrorCode.INTERNAL,
              file.path(),
              "no extent at "
                  + position
                  + " (expected: one for each of "
                  + file.length()
                  + " bytes)"));
    } else {
      answer.complete(found);
    }
  }

  private synchronized void forget(long position) {
    asked.remove(position);
  }

  private synchronized void keep(ExtentPage page) {
    if (page.isEmpty()) {
      return;
    }
    if (pages.put(page.begin(), page) == null) {
      ages.add(page.begin());
    }
    if (ages.size() > PAGES_KEPT) {
      pages.remove(ages.remove());
    }
  }
}
