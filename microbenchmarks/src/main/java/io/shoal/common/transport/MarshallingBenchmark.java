package io.shoal.common.transport;

import io.netty.buffer.ByteBuf;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Frames of chunks to the wire and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MarshallingBenchmark {
  /** Bytes in a frame. */
  @Param({"4096", "262144", "1048576"})
  private int payloadBytes;

  private final BufferPool pool = BufferPool.create(BufferSettings.withMaxBytes(64 << 20));
  private final ReadFrameMarshaller marshaller = new ReadFrameMarshaller(pool.allocator());
  private ByteBuf payload = pool.allocator().directBuffer(1);
  private byte[] message = new byte[0];

  /** Makes the frame. */
  @Setup
  public void makeFrame() throws IOException {
    payload.release();
    payload = pool.allocator().directBuffer(payloadBytes, payloadBytes).writeZero(payloadBytes);
    message = marshal();
  }

  /** Gives it back. */
  @TearDown
  public void releaseFrame() {
    payload.release();
  }

  /** Writes a frame's message into an array. */
  @Benchmark
  public byte[] marshal() throws IOException {
    // The stream borrows the payload.
    ReadFrame frame = new ReadFrame(0, 1, payload);
    try (InputStream stream = marshaller.stream(new Envelope.Whole<>(frame))) {
      byte[] target = new byte[stream.available()];
      int read = stream.readNBytes(target, 0, target.length);
      return read == target.length ? target : new byte[0];
    }
  }

  /** Reads a frame from its message. */
  @Benchmark
  public int parse() {
    Envelope<ReadFrame> envelope = marshaller.parse(new ByteArrayInputStream(message));
    ReadFrame frame = ((Envelope.Whole<ReadFrame>) envelope).message();
    int length = frame.length();
    frame.release();
    return length;
  }

  /** Computes the checksum of a frame. */
  @Benchmark
  public int checksum() {
    return Crc32c.of(payload);
  }
}
