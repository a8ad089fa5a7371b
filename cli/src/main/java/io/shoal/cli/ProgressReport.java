package io.shoal.cli;

import io.shoal.client.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how a transfer goes on: a bar with the rate on the terminal, nothing when standard error is
 * piped or the user wants quiet. Thread-safe.
 */
public final class ProgressReport implements Progress, AutoCloseable {
  private static final int REFRESH_MILLIS = 200;

  private final @Nullable ProgressBar bar;

  /**
   * Begins to show.
   *
   * @param task what is transferred
   * @param totalBytes how much it is; -1 if that is not known
   * @param wanted whether the user wants to see it
   */
  public ProgressReport(String task, long totalBytes, boolean wanted) {
    this.bar = wanted && ShoalMain.stderrIsTerminal() ? open(task, totalBytes) : null;
  }

  private static ProgressBar open(String task, long totalBytes) {
    return new ProgressBarBuilder()
        .setTaskName(Names.printable(task))
        .setInitialMax(totalBytes)
        .setUnit(" MiB", 1 << 20)
        .showSpeed()
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REFRESH_MILLIS)
        .setMaxRenderedLength(Integer.getInteger("shoal.columns", 80))
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  /** More bytes will come than were known at the beginning. */
  public void expect(long bytes) {
    if (bar != null) {
      bar.maxHint(Math.max(0, bar.getMax()) + bytes);
    }
  }

  @Override
  public void advanced(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
