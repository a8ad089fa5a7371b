package io.shoal.common.transport;

import io.netty.buffer.ByteBuf;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a payload to gRPC's framer as the buffer that it is. The framer's own door takes arrays
 * only, which costs a copy of every byte that is sent, for each node that it is sent to. A message
 * whose length was not announced is collected in a list of transport buffers before it is sent; the
 * payload is put on that list.
 *
 * <p>This is the only place that relies on how gRPC looks inside. Where it looks differently,
 * nothing is handed over, and payloads are copied as gRPC wants it.
 */
final class PayloadHandOver {
  /** Less than this is copied sooner than handed over. */
  static final int COPY_BELOW_BYTES = 4 << 10;

  private static final Logger logger = LoggerFactory.getLogger(PayloadHandOver.class);

  /** Hands nothing over. */
  static final PayloadHandOver NONE = new PayloadHandOver(null);

  /**
   * Where gRPC collects a message, how its list is reached, and what makes an entry of a buffer.
   */
  private record Internals(Class<?> collector, MethodHandle list, MethodHandle entry) {}

  private final @Nullable Internals internals;

  private PayloadHandOver(@Nullable Internals internals) {
    this.internals = internals;
  }

  /** Returns what the gRPC on the class path allows. */
  static PayloadHandOver find() {
    return find("io.grpc.internal.MessageFramer$BufferChainOutputStream", "bufferList");
  }

  static PayloadHandOver find(String collectorName, String listName) {
    try {
      Class<?> collector = Class.forName(collectorName);
      Class<?> entry = Class.forName("io.grpc.netty.NettyWritableBuffer");
      MethodHandles.Lookup ofCollector =
          MethodHandles.privateLookupIn(collector, MethodHandles.lookup());
      MethodHandles.Lookup ofEntry = MethodHandles.privateLookupIn(entry, MethodHandles.lookup());
      MethodHandle list =
          ofCollector
              .findGetter(collector, listName, List.class)
              .asType(MethodType.methodType(List.class, OutputStream.class));
      MethodHandle constructor =
          ofEntry
              .findConstructor(entry, MethodType.methodType(void.class, ByteBuf.class))
              .asType(MethodType.methodType(Object.class, ByteBuf.class));
      return new PayloadHandOver(new Internals(collector, list, constructor));
    } catch (ReflectiveOperationException | RuntimeException different) {
      logger.info("This gRPC takes no buffers ({}): payloads are copied", different.toString());
      return NONE;
    }
  }

  /** Tells whether anything is ever handed over. */
  boolean isPossible() {
    return internals != null;
  }

  /**
   * Appends a payload to a message, of which it must be the last part.
   *
   * @param target where gRPC wants to have the message
   * @param payload borrows: gRPC gets a reference of its own
   * @return false if nothing was done
   */
  boolean append(OutputStream target, ByteBuf payload) {
    Internals known = internals;
    if (known == null
        || target.getClass() != known.collector
        || payload.readableBytes() < COPY_BELOW_BYTES) {
      return false;
    }
    ByteBuf part = payload.retainedSlice();
    try {
      @SuppressWarnings("unchecked")
      List<Object> parts = (List<Object>) known.list.invokeExact(target);
      parts.add((Object) known.entry.invokeExact(part));
      return true;
    } catch (Throwable failed) {
      part.release();
      throw new IllegalStateException("gRPC did not take a buffer", failed);
    }
  }
}
