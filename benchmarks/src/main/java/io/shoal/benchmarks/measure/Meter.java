package io.shoal.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Consumer;

/** Measures pieces of work of this process and what they cost the servers. */
public final class Meter {
  private final Processes client = Processes.self();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final int threadsBefore = threads.getThreadCount();
  private final Processes servers;
  private final Consumer<Sample> samples;

  /**
   * Makes a meter. Threads that there are now don't count as the client's: make it before the
   * client.
   *
   * @param samples told of each sample, on the thread that measures
   */
  public Meter(Processes servers, Consumer<Sample> samples) {
    this.servers = servers;
    this.samples = samples;
  }

  /** Work that is timed. */
  public interface Work {
    /** Does the work and tells how much it was. */
    Amount run() throws Exception;
  }

  /** Does a piece of work and adds a sample to a row. */
  public void measure(Row row, Work work) throws Exception {
    client.forgetPeaks();
    servers.forgetPeaks();
    threads.resetPeakThreadCount();
    double clientBefore = client.cpuSeconds();
    double serversBefore = servers.cpuSeconds();
    long begin = System.nanoTime();
    Amount amount = work.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    double clientCpu = client.cpuSeconds() - clientBefore;
    double serverCpu = servers.cpuSeconds() - serversBefore;
    samples.accept(
        new Sample(
            row,
            seconds,
            amount.bytes(),
            amount.operations(),
            amount.latencies().micros(0.5),
            amount.latencies().micros(0.99),
            clientCpu,
            serverCpu,
            client.peakMebibytes(),
            servers.peakMebibytes(),
            threads.getPeakThreadCount() - threadsBefore));
  }
}
