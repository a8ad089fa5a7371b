package io.shoal.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.measure.Processes;
import io.shoal.benchmarks.measure.Sample;
import io.shoal.benchmarks.workload.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

class LimitsTest {
  // Not in the directory for temporary files: that may be memory, which knows no O_DIRECT.
  @TempDir(factory = BesideClasses.class)
  private Path directory;

  @Test
  void all_runOnce_measureAndLeaveNothing() throws Exception {
    List<Sample> samples = new ArrayList<>();
    Meter meter = new Meter(new Processes(List.of()), samples::add);
    List<Limit> limits = Limits.all(Sizes.quick(8));
    for (Limit limit : limits) {
      limit.run(directory, meter);
    }

    assertThat(samples).hasSameSizeAs(limits).allMatch(sample -> sample.figure() > 0);
    assertThat(directory).isEmptyDirectory();
  }

  private static final class BesideClasses implements TempDirFactory {
    @Override
    public Path createTempDirectory(
        AnnotatedElementContext elementContext, ExtensionContext extensionContext)
        throws IOException {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "limits");
    }
  }
}
