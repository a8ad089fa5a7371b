package io.shoal.common.transport;

import com.sun.nio.file.ExtendedOpenOption;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A range that is read from the node's own file, on the same machine. The node says where the file
 * is and which checksums its blocks have; every block is verified. Whatever goes wrong, from a file
 * that this process may not open to a block that is not as it should be, the rest of the range is
 * read from the node in the usual way: only the node can tell what is true of its files.
 *
 * <p>The lock guards the state; files are touched on the threads for them only.
 */
final class LocalReadStream implements ReadStream {
  /** The stream ... */
  private enum Stage {
    /** ... has asked the node, or opens the file. */
    FINDING,
    /** ... reads the file. */
    READING,
    /** ... has handed over to a stream from the node. */
    HANDED_OVER,
    /** ... has ended. */
    ENDED
  }

  private static final Logger LOG = LoggerFactory.getLogger(LocalReadStream.class);

  /** What a processor's cache still holds when it is verified and copied. */
  private static final int CACHED_FRAME_BYTES = 256 << 10;

  /** Past the page cache each read is one of the disk. */
  private static final int DIRECT_FRAME_BYTES = 1 << 20;

  /** Where buffers begin that are read into past the page cache. */
  private static final int ALIGNMENT = 4 << 10;

  private final LocalFiles files;
  private final HostPort node;
  private final ReadRange range;
  private final ReadListener listener;
  private final ByteBufAllocator allocator;
  private final Function<ReadRange, ReadStream> fromNode;
  private final IdleWatch watch;
  private final CallEvents events = new CallEvents();

  /** Whether the listener knows that the stream has ended; belongs to the events. */
  private boolean closedTold;

  private Stage stage = Stage.FINDING;
  private @Nullable CompletableFuture<LocalFile> asked;
  private @Nullable LocalFile place;
  private @Nullable FileChannel file;
  private boolean direct;
  private @Nullable ReadStream handedTo;
  private int next;
  private long requested;

  /** Whether a thread is at the file. */
  private boolean busy;

  /**
   * Makes a stream that has not begun.
   *
   * @param fromNode opens a stream from the node for a rest of the range, with the same listener
   * @param watches makes the watch that cancels the stream with what it is given
   */
  LocalReadStream(
      LocalFiles files,
      HostPort node,
      ReadRange range,
      ReadListener listener,
      ByteBufAllocator allocator,
      Function<ReadRange, ReadStream> fromNode,
      Function<Consumer<ShoalException>, IdleWatch> watches) {
    this.files = files;
    this.node = node;
    this.range = range;
    this.listener = listener;
    this.allocator = allocator;
    this.fromNode = fromNode;
    this.watch = watches.apply(this::cancel);
    this.next = range.offset();
  }

  void start(CompletableFuture<LocalFile> found) {
    synchronized (this) {
      asked = found;
    }
    var unused =
        found.whenComplete(
            (answer, failure) -> {
              if (answer == null) {
                if (isRefusal(failure)) {
                  files.avoid(node);
                }
                handOver("the node does not tell: " + failure);
              } else {
                onThread(() -> open(answer));
              }
            });
  }

  private static boolean isRefusal(@Nullable Throwable failure) {
    return failure != null && ShoalException.of(failure).code() == ErrorCode.UNSUPPORTED;
  }

  @Override
  public void request(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    ReadStream target;
    synchronized (this) {
      target = handedTo;
      if (target == null) {
        requested += count;
        watch.await(stage != Stage.ENDED);
      }
    }
    if (target != null) {
      target.request(count);
    } else {
      readOn();
    }
  }

  @Override
  public void cancel(ShoalException reason) {
    ReadStream target;
    CompletableFuture<LocalFile> question;
    synchronized (this) {
      target = handedTo;
      question = asked;
    }
    if (target != null) {
      target.cancel(reason);
      return;
    }
    end(reason);
    if (question != null) {
      question.cancel(false);
    }
  }

  // ------------------------------------------------------------------------------------- the file

  private void onThread(Runnable work) {
    try {
      files.threads().execute(work);
    } catch (RejectedExecutionException closed) {
      synchronized (this) {
        busy = false;
      }
      handOver("there are no threads for it any more");
    }
  }

  private void open(LocalFile answer) {
    FileChannel opened = null;
    boolean past = !answer.hot();
    try {
      if (answer.fileEnd() > answer.begin()) {
        Path path = Path.of(answer.path());
        opened = past ? openDirect(path) : null;
        if (opened == null) {
          past = false;
          opened = FileChannel.open(path, StandardOpenOption.READ);
        }
      }
    } catch (IOException | InvalidPathException | SecurityException refused) {
      files.avoid(node);
      handOver("its file can't be opened: " + refused);
      return;
    }
    boolean wanted;
    synchronized (this) {
      wanted = stage == Stage.FINDING;
      if (wanted) {
        stage = Stage.READING;
        place = answer;
        file = opened;
        direct = past;
      }
    }
    if (wanted) {
      readOn();
    } else {
      close(opened);
    }
  }

  /** Opens a file past the page cache; null if its file system knows no such thing. */
  private static @Nullable FileChannel openDirect(Path path) throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
    } catch (NoSuchFileException | AccessDeniedException refused) {
      throw refused;
    } catch (IOException | UnsupportedOperationException unknown) {
      return null;
    }
  }

  /** Gives a thread to the file if frames are wanted and none is at it. */
  private void readOn() {
    synchronized (this) {
      if (stage != Stage.READING || busy || requested == 0 || next == range.end()) {
        return;
      }
      busy = true;
    }
    onThread(this::readFrames);
  }

  private void readFrames() {
    while (true) {
      int from;
      LocalFile of;
      synchronized (this) {
        of = place;
        if (stage != Stage.READING || requested == 0 || of == null) {
          busy = false;
          break;
        }
        from = next;
      }
      ReadFrame frame;
      try {
        long most = direct ? DIRECT_FRAME_BYTES : CACHED_FRAME_BYTES;
        int to = (int) Math.min((from / most + 1) * most, range.end());
        frame = read(of, from, to);
      } catch (IOException failure) {
        synchronized (this) {
          busy = false;
        }
        handOver("its file can't be read: " + failure);
        break;
      }
      if (deliver(frame)) {
        return;
      }
    }
    closeIfEnded();
  }

  /** Hands a frame over; returns true if it was the last one. */
  private boolean deliver(ReadFrame frame) {
    boolean last;
    synchronized (this) {
      if (stage != Stage.READING) {
        frame.release();
        return false;
      }
      next += frame.length();
      requested--;
      last = next == range.end();
      watch.progress();
      watch.await(!last && requested > 0);
    }
    events.run(() -> tell(frame));
    if (last) {
      synchronized (this) {
        busy = false;
      }
      end(null);
    }
    return last;
  }

  /** Runs as an event; the stream may have ended since the frame was read. */
  private void tell(ReadFrame frame) {
    if (closedTold) {
      frame.release();
    } else {
      listener.onFrame(frame);
    }
  }

  private void tellClosed(@Nullable ShoalException failure) {
    events.run(
        () -> {
          closedTold = true;
          listener.onClosed(failure);
        });
  }

  private ReadFrame read(LocalFile of, int from, int to) throws IOException {
    int begin = from / LocalFile.BLOCK_BYTES * LocalFile.BLOCK_BYTES;
    int end =
        (int)
            Math.min(
                of.end(),
                ((long) to + LocalFile.BLOCK_BYTES - 1)
                    / LocalFile.BLOCK_BYTES
                    * LocalFile.BLOCK_BYTES);
    ByteBuf whole = allocator.directBuffer(end - begin + ALIGNMENT, end - begin + ALIGNMENT);
    int misplaced = whole.nioBuffer(0, whole.capacity()).alignmentOffset(0, ALIGNMENT);
    // Shares the reference count with what it is a part of.
    ByteBuf blocks = whole.slice(misplaced == 0 ? 0 : ALIGNMENT - misplaced, end - begin);
    try {
      fill(of, begin, end, blocks.nioBuffer(0, end - begin));
      int crc32c = verify(of, blocks, begin, end, from, to);
      return new ReadFrame(from, crc32c, blocks.setIndex(from - begin, to - begin).retain(), true);
    } finally {
      blocks.release();
    }
  }

  private void fill(LocalFile of, int begin, int end, ByteBuffer target) throws IOException {
    FileChannel source;
    synchronized (this) {
      source = file;
    }
    int inFile = Math.max(0, Math.min(end, of.fileEnd()) - begin);
    ByteBuffer fromFile = target.slice(0, inFile);
    while (fromFile.hasRemaining()) {
      if (source == null || source.read(fromFile, begin + fromFile.position()) < 0) {
        throw new IOException(
            "it ends at " + (begin + fromFile.position()) + " (expected: " + of.fileEnd() + ")");
      }
    }
    if (begin + inFile < end) {
      ByteBuffer inline = of.inline();
      int skip = begin + inFile - of.fileEnd();
      target.position(inFile).put(inline.slice(inline.position() + skip, end - begin - inFile));
    }
  }

  /** Verifies the blocks, and returns the checksum of the bytes that are wanted of them. */
  private static int verify(LocalFile of, ByteBuf blocks, int begin, int end, int from, int to)
      throws IOException {
    int wanted = 0;
    for (int at = begin; at < end; at += LocalFile.BLOCK_BYTES) {
      int bytes = Math.min(LocalFile.BLOCK_BYTES, end - at);
      int actual = Crc32c.of(blocks, at - begin, bytes);
      if (actual != of.blockCrc(at)) {
        throw new IOException(
            String.format(
                "block at %d: CRC32C %08x (expected: %08x)", at, actual, of.blockCrc(at)));
      }
      int first = Math.max(at, from);
      int last = Math.min(at + bytes, to);
      int crc = last - first == bytes ? actual : Crc32c.of(blocks, first - begin, last - first);
      wanted = Crc32c.combine(wanted, crc, last - first);
    }
    return wanted;
  }

  // --------------------------------------------------------------------------------------- the end

  /** Leaves what is left of the range to a stream from the node. */
  private void handOver(String reason) {
    ReadStream stream;
    long wanted;
    synchronized (this) {
      if (stage == Stage.ENDED || stage == Stage.HANDED_OVER) {
        return;
      }
      stage = Stage.HANDED_OVER;
      watch.end();
      LOG.debug("chunk {} on node {}: not read locally: {}", range.chunkId(), node, reason);
      ReadRange rest = new ReadRange(range.chunkId(), next, range.end() - next, range.nodeId());
      try {
        stream = fromNode.apply(rest);
      } catch (ShoalException refused) {
        stage = Stage.ENDED;
        tellClosed(refused);
        return;
      }
      handedTo = stream;
      wanted = requested;
    }
    closeIfEnded();
    if (wanted > 0) {
      stream.request((int) Math.min(Integer.MAX_VALUE, wanted));
    }
  }

  private void end(@Nullable ShoalException failure) {
    synchronized (this) {
      if (stage == Stage.ENDED || stage == Stage.HANDED_OVER) {
        return;
      }
      stage = Stage.ENDED;
    }
    watch.end();
    closeIfEnded();
    tellClosed(failure);
  }

  /** Closes the file if nobody is at it, nor will be. */
  private void closeIfEnded() {
    FileChannel done;
    synchronized (this) {
      if (busy || stage == Stage.FINDING || stage == Stage.READING) {
        return;
      }
      done = file;
      file = null;
    }
    close(done);
  }

  private static void close(@Nullable FileChannel file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException failure) {
      LOG.warn("a file that was read does not close", failure);
    }
  }
}
