package io.shoal.client.internal.write;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.resources.ProgressReports;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.shard.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file from its first byte to its place in the namespace, or what is appended to one: takes
 * bytes and frames, hands them to the chunks, and commits what has become durable when somebody
 * waits for it, when the file is closed, when enough has gathered, and before grants run out.
 *
 * <p>Calls may come from any thread and are sent to the file's shard, which owns everything else;
 * futures that callers see complete on the callback executor.
 */
public final class FileWriter implements AsyncFileWriter {
  /** The writer ... */
  enum Stage {
    /** ... takes bytes. */
    OPEN,
    /** ... has all bytes and waits until they are durable and committed. */
    CLOSING,
    /** ... has put the file in its place. */
    CLOSED,
    /** ... has failed or was stopped; what was not published is thrown away. */
    ENDED
  }

  /**
   * A flush that waits for its commit.
   *
   * @param targetBytes length of the file that has to be durable and visible
   */
  private record PendingFlush(long targetBytes, CompletableFuture<Long> done) {}

  private static final Logger LOG = LoggerFactory.getLogger(FileWriter.class);

  private final WriteContext context;
  private final FileTarget target;
  private final Callbacks callbacks;
  private final ProgressReports progress;
  private final Shard shard;
  private final ChunkChain chain;
  private final FileCommits commits;
  private final Intake intake;

  private final AtomicLong position;
  private final AtomicInteger openCalls = new AtomicInteger();
  private final Runnable relief;

  /** Completes in the shard, as does {@link #ended}. */
  private final CompletableFuture<FileStatus> result = new CompletableFuture<>();

  /** Completes when nothing is held any more and the file was abandoned if it had to be. */
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private Stage stage = Stage.OPEN;
  private @Nullable ShoalException endReason;
  private final Queue<PendingFlush> flushes = new ArrayDeque<>();
  private boolean advanceQueued;

  /** Makes a writer; of a new file nobody knows yet. */
  FileWriter(WriteContext context, FileTarget target) {
    this.context = context;
    this.target = target;
    this.position = new AtomicLong(target.startBytes());
    this.callbacks = new Callbacks(context.resources().executors().callbacks());
    this.progress = new ProgressReports(target.options().progress(), callbacks);
    this.shard =
        new Shard(
            "write " + target.path(),
            context.resources().executors().shards(),
            Integer.MAX_VALUE,
            this::onFault);
    this.chain = new ChunkChain(context, target, shard, new ChainOwner());
    this.commits = new FileCommits(context, target, shard);
    this.intake = new Intake(context, target, shard, chain, new IntakeOwner());
    this.relief = () -> shard.execute(intake::relieve);
    context.budget().addHolder(relief);
  }

  private void onFault(String where, Throwable fault) {
    context.resources().executors().faults().onFault(where, fault);
    end(ShoalException.of(fault));
  }

  @Override
  public CompletableFuture<Void> write(ByteBuffer data) {
    ByteBuffer view = data.duplicate();
    CompletableFuture<Void> taken = admit();
    if (!taken.isDone()) {
      position.addAndGet(view.remaining());
      enqueue(new Input.Bytes(view, taken));
    }
    return callbacks.relay(taken);
  }

  @Override
  public CompletableFuture<Long> flush() {
    CompletableFuture<Long> done = admit();
    if (!done.isDone()) {
      enqueue(new Input.Flush(done));
    }
    return callbacks.relay(done);
  }

  @Override
  public CompletableFuture<FileStatus> close() {
    enqueue(new Input.Close());
    return callbacks.relay(result);
  }

  @Override
  public CompletableFuture<Void> abort() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    shard.execute(
        () -> {
          if (intake.isCloseAsked() && stage != Stage.ENDED) {
            done.complete(null);
            return;
          }
          end(new ShoalException(ErrorCode.CANCELLED, target.path(), "the writer was aborted"));
          Listening.to(ended, (nothing, failure) -> done.complete(null));
        });
    return callbacks.relay(done);
  }

  @Override
  public long position() {
    return position.get();
  }

  /** Lets a call in, or fails the writer: what follows a refused call would leave a gap. */
  private <T> CompletableFuture<T> admit() {
    CompletableFuture<T> call = new CompletableFuture<>();
    int limit = context.settings().openCalls();
    if (openCalls.incrementAndGet() > limit) {
      openCalls.decrementAndGet();
      ShoalException refused =
          new ShoalException(
              ErrorCode.OVERLOADED, target.path(), "open calls: " + limit + " (expected: less)");
      call.completeExceptionally(refused);
      shard.execute(() -> end(refused));
    } else {
      Listening.to(call, (value, failure) -> openCalls.decrementAndGet());
    }
    return call;
  }

  /**
   * Makes a new file known, so that it fails at once if its path can't be written to; otherwise the
   * first commit does it.
   *
   * @return completes in the shard
   */
  public CompletableFuture<Void> create() {
    CompletableFuture<Void> created = new CompletableFuture<>();
    shard.execute(
        () -> {
          if (endReason != null) {
            created.completeExceptionally(endReason);
            return;
          }
          Listening.to(
              commits.create(),
              (nothing, failure) -> {
                if (failure != null) {
                  end(ShoalException.of(failure));
                  created.completeExceptionally(failure);
                } else {
                  created.complete(null);
                  queueAdvance();
                }
              });
        });
    return created;
  }

  /** Returns the size of the frame that best begins at a position: it ends with the chunk. */
  public int frameBytesAt(long filePosition) {
    long written = filePosition - target.startBytes();
    int chunkRoom = chunkSizeBytes() - (int) (written % chunkSizeBytes());
    return Math.min(context.settings().frameBytes(), chunkRoom);
  }

  /** Returns the size of the file's chunks. */
  public int chunkSizeBytes() {
    return target.policy().chunkSizeBytes();
  }

  /** Asks for a share of the budget, with which {@link #newBuffer} makes a buffer to be filled. */
  public CompletableFuture<Permit> acquire(int bytes) {
    return context.budget().acquire(bytes);
  }

  /**
   * Makes a buffer, which the caller owns.
   *
   * @param permit for its bytes; <em>taken</em>
   */
  public FrameBuffer newBuffer(int bytes, Permit permit) {
    return new FrameBuffer(context.resources().allocator(), bytes, permit);
  }

  /**
   * Appends a frame without copying it.
   *
   * @param frame <em>taken</em>
   * @param last whether it ends the file, as {@link #close} does
   * @return completes in the shard, when there is room for more
   */
  public CompletableFuture<Void> write(Frame frame, boolean last) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    position.addAndGet(frame.length());
    shard.execute(
        () -> {
          intake.accept(new Input.Filled(frame, taken));
          if (last) {
            intake.accept(new Input.Close());
          }
          intake.pump();
        });
    return taken;
  }

  /** Appends bytes that end the file; they are borrowed until {@link #result} completes. */
  public void writeLast(ByteBuffer data) {
    ByteBuffer view = data.duplicate();
    position.addAndGet(view.remaining());
    shard.execute(
        () -> {
          intake.accept(new Input.Bytes(view, new CompletableFuture<>()));
          intake.accept(new Input.Close());
          intake.pump();
        });
  }

  /** As {@link #close}, for callers that follow {@link #result} already. */
  public void writeEnd() {
    enqueue(new Input.Close());
  }

  /** Returns what {@link #close} answers; completes in the shard. */
  public CompletableFuture<FileStatus> result() {
    return result;
  }

  /** Ends the writer, also while it closes. Has no effect once the file is in its place. */
  public void stop(ShoalException reason) {
    shard.execute(() -> end(reason));
  }

  /** Returns what completes, on any thread, when nothing of the writer is left. */
  public CompletableFuture<Void> ended() {
    return ended;
  }

  private void enqueue(Input input) {
    shard.execute(
        () -> {
          intake.accept(input);
          intake.pump();
        });
  }

  private final class ChainOwner implements ChunkChain.Owner {
    @Override
    public void onDurable(int newBytes) {
      progress.advanced(newBytes);
      queueAdvance();
    }

    @Override
    public void onFailed(ShoalException failure) {
      end(failure);
    }
  }

  private final class IntakeOwner implements Intake.Owner {
    @Override
    public void onFlush(long targetBytes, CompletableFuture<Long> done) {
      flushes.add(new PendingFlush(targetBytes, done));
      queueAdvance();
    }

    @Override
    public void onClosed() {
      moveTo(Stage.CLOSING, "all bytes are there");
      queueAdvance();
    }

    @Override
    public void onFailed(ShoalException failure) {
      end(failure);
    }
  }

  /** Sees later what can be done now: whoever calls is in the middle of something. */
  private void queueAdvance() {
    if (!advanceQueued) {
      advanceQueued = true;
      shard.execute(this::advance);
    }
  }

  private void advance() {
    advanceQueued = false;
    if (!flushes.isEmpty() && chain.hasUnrequestedBytes() && !chain.isLastSettling()) {
      chain.requestDurable();
    }
    considerCommit();
    intake.pump();
  }

  private void considerCommit() {
    if (stage == Stage.CLOSED || stage == Stage.ENDED || commits.isBusy()) {
      return;
    }
    completeFlushes();
    PendingFlush flush = flushes.peek();
    boolean flushing = flush != null && chain.durableBytes() >= flush.targetBytes();
    boolean closing = stage == Stage.CLOSING && chain.isComplete();
    CommitPlan plan = chain.plan(flushing);
    if (closing && plan.everything()) {
      commitLast(plan);
    } else if (flush != null && flushing) {
      commit(plan, plan.fileLength() >= flush.targetBytes(), false);
    } else if (!plan.isEmpty() && (closing || plan.due() || isWorthwhile(plan))) {
      commit(plan, false, false);
    }
  }

  private boolean isWorthwhile(CommitPlan plan) {
    return plan.sealed() >= context.settings().chunksToCommit();
  }

  private void commitLast(CommitPlan plan) {
    if (plan.isEmpty() && commits.isPublished()) {
      finish();
    } else {
      commit(plan, true, true);
    }
  }

  private void commit(CommitPlan plan, boolean publish, boolean last) {
    Listening.to(
        commits.commit(plan, publish),
        (nothing, failure) -> {
          if (failure != null) {
            end(ShoalException.of(failure));
            return;
          }
          plan.parts().forEach(CommitPlan.Part::committed);
          chain.onCommitted();
          completeFlushes();
          if (last) {
            finish();
          } else {
            queueAdvance();
          }
        });
  }

  private void completeFlushes() {
    PendingFlush flush = flushes.peek();
    while (flush != null && commits.isPublished() && flush.targetBytes() <= commits.length()) {
      flushes.remove();
      flush.done().complete(commits.length());
      flush = flushes.peek();
    }
  }

  private void finish() {
    if (stage != Stage.CLOSING) {
      return;
    }
    moveTo(Stage.CLOSED, "committed");
    context.budget().removeHolder(relief);
    result.complete(commits.status());
    ended.complete(null);
  }

  private void end(ShoalException reason) {
    if (stage == Stage.CLOSED || stage == Stage.ENDED) {
      return;
    }
    moveTo(Stage.ENDED, reason.toString());
    endReason = reason;
    context.budget().removeHolder(relief);
    chain.cancel(reason);
    intake.end(reason);
    flushes.forEach(flush -> flush.done().completeExceptionally(reason));
    flushes.clear();
    result.completeExceptionally(reason);
    Listening.to(commits.abandon(), (nothing, failure) -> ended.complete(null));
  }

  private void moveTo(Stage next, String reason) {
    LOG.debug("{}: {} -> {}: {}", target.path(), stage, next, reason);
    stage = next;
  }

  @Override
  public String toString() {
    return "FileWriter[" + target.path() + ", " + position + " bytes]";
  }
}
