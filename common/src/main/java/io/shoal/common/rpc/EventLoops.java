package io.shoal.common.rpc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads on which all connections of a process are served, and the allocator of their
 * buffers. Whoever starts them closes them, after every server and channel that runs on them.
 */
public final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
  private static final Duration FIRM_STOP = Duration.ofSeconds(5);

  private static final int LEAST_RECEIVED_BYTES = 2 << 10;
  private static final int FIRST_RECEIVED_BYTES = 16 << 10;
  private static final int MOST_RECEIVED_BYTES = 256 << 10;

  private final EventLoopGroup group;
  private final ByteBufAllocator allocator;

  private EventLoops(EventLoopGroup group, ByteBufAllocator allocator) {
    this.group = group;
    this.allocator = allocator;
  }

  /**
   * Starts event loops.
   *
   * @param name first part of the threads' names
   * @param threads number of event loops; two serve a small machine, one for each core a big one
   */
  public static EventLoops start(String name, int threads, ByteBufAllocator allocator) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
    }
    ConnectionLog.quieten();
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    return new EventLoops(group, allocator);
  }

  /**
   * Returns the number of event loops that suits this machine: one for each core, at most eight.
   */
  public static int defaultThreads() {
    return Math.min(8, Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns the threads. */
  EventLoopGroup group() {
    return group;
  }

  /** Returns the threads as an executor, for short work that never blocks. */
  public Executor executor() {
    return group;
  }

  /** Returns the allocator of everything that is sent and received on these event loops. */
  public ByteBufAllocator allocator() {
    return allocator;
  }

  /**
   * Returns how large the buffers are that a connection reads into: they follow what comes, up to
   * far more than one packet, since each read costs a call of the kernel and a walk through the
   * pipeline. Measured in docs/decisions/0004.
   */
  static RecvByteBufAllocator receiveBuffers() {
    return new AdaptiveRecvByteBufAllocator(
        LEAST_RECEIVED_BYTES, FIRST_RECEIVED_BYTES, MOST_RECEIVED_BYTES);
  }

  /** Stops the threads. Waits until they are gone, but not for ever; call it from none of them. */
  @Override
  public void close() {
    Future<?> stopped = group.shutdownGracefully(0, FIRM_STOP.toMillis(), TimeUnit.MILLISECONDS);
    if (!stopped.awaitUninterruptibly(2 * FIRM_STOP.toMillis())) {
      LOG.warn("event loops still run {} after they were asked to stop", FIRM_STOP.multipliedBy(2));
    }
  }
}
