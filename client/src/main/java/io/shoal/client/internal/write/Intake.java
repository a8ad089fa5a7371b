package io.shoal.client.internal.write;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What callers gave a writer and the chunks have not got yet. Goes through it in order, copies
 * bytes into frames, and waits while the budget or the chunks have no room.
 *
 * <p>Owned by the file's shard.
 */
final class Intake {
  /** Hears of what is not bytes, in the shard. */
  interface Owner {
    /** A flush was asked for, and everything before it is in the chunks. */
    void onFlush(long targetBytes, CompletableFuture<Long> done);

    /** The file was closed, and everything is in the chunks. The last call. */
    void onClosed();

    /** The budget refuses more bytes. */
    void onFailed(ShoalException failure);
  }

  /** What is copied before others get the thread. */
  private static final long COPY_LIMIT_BYTES = 4 << 20;

  private final WriteContext context;
  private final FileTarget target;
  private final Executor shard;
  private final ChunkChain chain;
  private final Owner owner;
  private final FrameAssembler assembler;

  private final Deque<Input> inputs = new ArrayDeque<>();
  private boolean closeAsked;

  /** Whether everything is in the chunks and nothing more can come. */
  private boolean closed;

  private @Nullable ShoalException endReason;
  private @Nullable CompletableFuture<Permit> permitAsked;
  private boolean pumpQueued;

  Intake(WriteContext context, FileTarget target, Executor shard, ChunkChain chain, Owner owner) {
    this.context = context;
    this.target = target;
    this.shard = shard;
    this.chain = chain;
    this.owner = owner;
    this.assembler = new FrameAssembler(context.settings().frameBytes());
  }

  boolean isCloseAsked() {
    return closeAsked;
  }

  /** Takes an input over, or fails it. {@link #pump} has to follow. */
  void accept(Input input) {
    if (endReason != null) {
      refuse(input, endReason);
    } else if (!closeAsked) {
      closeAsked = input instanceof Input.Close;
      inputs.add(input);
    } else {
      refuse(
          input,
          new ShoalException(ErrorCode.INVALID_ARGUMENT, target.path(), "the writer was closed"));
    }
  }

  private static void refuse(Input input, ShoalException reason) {
    if (input instanceof Input.Bytes bytes) {
      bytes.taken().completeExceptionally(reason);
    } else if (input instanceof Input.Filled filled) {
      filled.frame().release();
      filled.taken().completeExceptionally(reason);
    } else if (input instanceof Input.Flush flush) {
      flush.done().completeExceptionally(reason);
    }
  }

  /** Goes through the inputs until one has to wait. */
  void pump() {
    long copyLimit = COPY_LIMIT_BYTES;
    while (isOpen()) {
      Input input = inputs.peek();
      if (input == null) {
        relieve();
        return;
      }
      if (input instanceof Input.Bytes bytes) {
        copyLimit -= copy(bytes, copyLimit);
        if (copyLimit <= 0) {
          pumpLater();
        }
        if (!bytes.taken().isDone()) {
          return;
        }
      } else if (!process(input)) {
        return;
      }
      inputs.poll();
    }
  }

  private boolean isOpen() {
    return endReason == null && !closed;
  }

  private void pumpLater() {
    if (!pumpQueued) {
      pumpQueued = true;
      shard.execute(
          () -> {
            pumpQueued = false;
            pump();
          });
    }
  }

  /** Returns how many bytes were copied; completes the input when all of them are. */
  private long copy(Input.Bytes bytes, long limit) {
    ByteBuffer data = bytes.data();
    long copied = 0;
    while (data.hasRemaining()) {
      boolean hasSpace =
          assembler.hasSpace() || (sendFrame(false, false) && beginFrame(data.remaining()));
      if (!hasSpace || copied >= limit) {
        return copied;
      }
      copied += assembler.copy(data);
    }
    // A smaller frame waits for what comes next: it may be the last one of the file.
    if (assembler.isFullSize() && !isCloseNext()) {
      sendFrame(false, false);
    }
    bytes.taken().complete(null);
    return copied;
  }

  /** Returns whether the input is done with. */
  private boolean process(Input input) {
    if (input instanceof Input.Filled filled) {
      return append(filled);
    } else if (input instanceof Input.Flush flush) {
      return flush(flush);
    } else {
      return close();
    }
  }

  private boolean append(Input.Filled filled) {
    if (!sendFrame(false, false) || !chain.hasRoom()) {
      return false;
    }
    chain.append(filled.frame(), false, isCloseNext());
    filled.taken().complete(null);
    return true;
  }

  private boolean isCloseNext() {
    return inputs.size() == 2 && closeAsked;
  }

  private boolean flush(Input.Flush flush) {
    // While nodes are still at the last flush, this one waits and is merged with those behind it.
    boolean now = !chain.isLastSettling();
    if (!sendFrame(now, false)) {
      return false;
    }
    if (now) {
      chain.requestDurable();
    }
    owner.onFlush(chain.appendedBytes(), flush.done());
    return true;
  }

  private boolean close() {
    if (!sendFrame(false, true)) {
      return false;
    }
    chain.finish();
    closed = true;
    owner.onClosed();
    return true;
  }

  /** Hands the frame that is being filled to the chunks; returns false if it has to wait. */
  private boolean sendFrame(boolean flush, boolean finish) {
    if (!assembler.hasBytes()) {
      return true;
    }
    if (!chain.hasRoom()) {
      return false;
    }
    Frame frame = assembler.seal();
    if (frame != null) {
      chain.append(frame, flush, finish);
    }
    return true;
  }

  /** Begins a frame; returns false if it has to wait for the budget. */
  private boolean beginFrame(int pendingBytes) {
    if (permitAsked != null) {
      return false;
    }
    int capacity = assembler.nextCapacity(pendingBytes, chain.roomInChunk());
    Permit free = context.budget().tryAcquire(capacity);
    if (free != null) {
      begin(capacity, free);
      return true;
    }
    CompletableFuture<Permit> permit = context.budget().acquire(capacity);
    permitAsked = permit;
    Listening.to(permit, (held, failure) -> shard.execute(() -> onPermit(capacity, held, failure)));
    return false;
  }

  private void onPermit(int capacity, @Nullable Permit permit, @Nullable Throwable failure) {
    permitAsked = null;
    if (permit == null) {
      if (isOpen()) {
        owner.onFailed(
            ShoalException.of(failure == null ? new IllegalStateException("no permit") : failure));
      }
    } else if (!isOpen()) {
      permit.release();
    } else {
      begin(capacity, permit);
      pump();
    }
  }

  private void begin(int capacity, Permit permit) {
    assembler.begin(new FrameBuffer(context.resources().allocator(), capacity, permit));
  }

  /** Lets everything be made durable if others wait for the bytes that this file holds. */
  void relieve() {
    if (isOpen() && context.budget().isStuck() && sendFrame(true, false)) {
      chain.requestDurable();
    }
  }

  /** Fails everything that waits, and whatever comes, with a reason. */
  void end(ShoalException reason) {
    endReason = reason;
    assembler.release();
    if (permitAsked != null) {
      permitAsked.cancel(false);
    }
    inputs.forEach(input -> refuse(input, reason));
    inputs.clear();
  }
}
