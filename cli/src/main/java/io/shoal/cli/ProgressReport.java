package io.shoal.cli;

import io.shoal.client.Progress;
import java.util.concurrent.atomic.LongAdder;
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

  private final LongAdder expectedBytes = new LongAdder();
  private final LongAdder expectedFiles = new LongAdder();
  private final LongAdder endedFiles = new LongAdder();

  /**
   * Begins to show.
   *
   * @param task what is transferred
   * @param wanted whether the user wants to see it
   */
  public ProgressReport(String task, boolean wanted) {
    this.bar = wanted && ShoalMain.stderrIsTerminal() ? open(task) : null;
  }

  private static ProgressBar open(String task) {
    return new ProgressBarBuilder()
        .setTaskName(Names.printable(task))
        .setInitialMax(-1)
        .setUnit(" MiB", 1 << 20)
        .showSpeed()
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REFRESH_MILLIS)
        .setMaxRenderedLength(Integer.getInteger("shoal.columns", 80))
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  /** Another file comes, of so many bytes. */
  public void expect(long bytes) {
    expectedBytes.add(bytes);
    expectedFiles.increment();
  }

  /** No more files come: from now on the part that is done can be told. */
  public void allExpected() {
    if (bar != null) {
      bar.maxHint(expectedBytes.sum());
      showFiles();
    }
  }

  /** A file has ended, well or not. */
  public void fileEnded() {
    endedFiles.increment();
    if (bar != null) {
      showFiles();
    }
  }

  private void showFiles() {
    long files = expectedFiles.sum();
    if (bar != null && files > 1) {
      bar.setExtraMessage(" " + endedFiles.sum() + "/" + files + " files");
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
