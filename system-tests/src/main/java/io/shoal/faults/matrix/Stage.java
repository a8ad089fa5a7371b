package io.shoal.faults.matrix;

import io.shoal.faults.bed.Server;
import io.shoal.faults.bed.TestBed;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Where a row acts: the cluster, the time that it has, and a count of what it did. */
public final class Stage {
  /** For slow machines: a server that is going to notice does so long before. */
  private static final Duration NOTED_WITHIN = Duration.ofSeconds(20);

  /** Operations that clients do before something is done to them. */
  private static final long WORK_BEFORE = 100;

  private static final Duration WORK_WITHIN = Duration.ofSeconds(60);

  private final TestBed bed;
  private final Duration length;
  private int faults;

  /**
   * Makes one.
   *
   * @param length how long a fault should last that has no length of its own
   */
  Stage(TestBed bed, Duration length) {
    this.bed = bed;
    this.length = length;
  }

  public TestBed bed() {
    return bed;
  }

  public RandomGenerator random() {
    return bed.random();
  }

  /** Counts a fault that is injected now. */
  void fault() {
    faults++;
  }

  int faults() {
    return faults;
  }

  /**
   * Waits until clients have done something, so that there is something to lose, and some time
   * more.
   */
  void awaitWork() throws IOException, InterruptedException {
    long enough = bed.acknowledged() + WORK_BEFORE;
    long end = System.nanoTime() + WORK_WITHIN.toNanos();
    while (bed.acknowledged() < enough) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("clients get nothing done");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    hold(Duration.ofSeconds(1));
  }

  /** Waits for the usual length of a fault, more or less. */
  void hold() throws InterruptedException {
    hold(length);
  }

  /** Waits for about so long. */
  void hold(Duration about) throws InterruptedException {
    long millis = about.toMillis();
    TimeUnit.MILLISECONDS.sleep(millis - millis / 4 + random().nextLong(millis / 2 + 1));
  }

  /** Waits until the leader has given up a node that is silent from now on, and some time more. */
  void holdUntilDead() throws InterruptedException {
    hold();
    TimeUnit.MILLISECONDS.sleep(TestBed.DEAD_AFTER.toMillis() * 3 / 2);
  }

  /** Waits until every chunk was read that was there before. */
  void holdUntilScrubbed() throws InterruptedException {
    hold();
    // What is behind the place where a pass is has to wait for the next one.
    TimeUnit.MILLISECONDS.sleep(TestBed.SCRUB_PERIOD.toMillis() * 2);
  }

  /**
   * Waits until a server has noticed what was done to it, and fails if it does not: a row whose
   * faults reach nobody proves nothing.
   *
   * @param before how often the log had the text before
   */
  void awaitNoted(Server server, String text, long before)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + NOTED_WITHIN.toNanos();
    while (bed.countInLog(server, text) <= before) {
      if (System.nanoTime() - end > 0) {
        throw new IOException(server + " has not logged '" + text + "'");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Returns how often something fits into the length of a fault, at least twice. */
  int times(Duration each) {
    return (int) Math.max(2, length.toMillis() / each.toMillis());
  }
}
