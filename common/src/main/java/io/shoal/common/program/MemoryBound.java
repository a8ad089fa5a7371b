package io.shoal.common.program;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The most memory that a process should take, by what it was told at its start. The JVM enforces
 * the limits of heap, direct buffers, classes and compiled code; RocksDB keeps to its budgets; the
 * stacks are those of more threads than a server with a few volumes has. Not in it is what the JVM
 * needs for itself, such as its collector's tables and its compilers' work, which is far less than
 * what the limits leave unused.
 *
 * @param parts what it is made of
 */
public record MemoryBound(List<Part> parts) {
  /**
   * A limit.
   *
   * @param name what it limits
   * @param bytes the most it may take
   */
  public record Part(String name, long bytes) {}

  /** Threads that stacks are counted for. */
  private static final int THREADS = 96;

  private static final long MIB = 1 << 20;

  public MemoryBound {
    parts = List.copyOf(parts);
  }

  /**
   * Returns the bound of this process. Parts that the JVM was given no limit for are as large as it
   * takes that to be.
   *
   * @param nativeBytes the most that libraries take outside the JVM's limits
   */
  public static MemoryBound ofThisProcess(long nativeBytes) {
    HotSpotDiagnosticMXBean options =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long heap = option(options, "MaxHeapSize");
    long direct = option(options, "MaxDirectMemorySize");
    return new MemoryBound(
        List.of(
            new Part("heap", heap),
            new Part("direct buffers", direct == 0 ? heap : direct),
            new Part("classes", option(options, "MaxMetaspaceSize")),
            new Part("compiled code", option(options, "ReservedCodeCacheSize")),
            new Part("stacks", THREADS * (option(options, "ThreadStackSize") << 10)),
            new Part("RocksDB", nativeBytes)));
  }

  private static long option(HotSpotDiagnosticMXBean options, String name) {
    BigInteger value = new BigInteger(options.getVMOption(name).getValue());
    // Sizes that nobody limited are negative, or unsigned numbers that a long does not hold.
    return value.signum() < 0 || value.bitLength() >= Long.SIZE
        ? Long.MAX_VALUE
        : value.longValueExact();
  }

  /** Returns the sum; {@link Long#MAX_VALUE} if a part has no limit. */
  public long bytes() {
    long sum = 0;
    for (Part part : parts) {
      sum = part.bytes() > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + part.bytes();
    }
    return sum;
  }

  @Override
  public String toString() {
    return (bytes() == Long.MAX_VALUE ? "" : "at most ")
        + mebibytes(bytes())
        + ": "
        + parts.stream()
            .map(part -> part.name() + " " + mebibytes(part.bytes()))
            .collect(Collectors.joining(", "));
  }

  private static String mebibytes(long bytes) {
    return bytes >= 1L << 50 ? "without limit" : bytes / MIB + " MiB";
  }
}
