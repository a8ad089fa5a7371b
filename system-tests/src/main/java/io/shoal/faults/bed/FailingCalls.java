package io.shoal.faults.bed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Makes system calls of a process fail while it runs (libfiu, of Debian's fiu-utils). */
public final class FailingCalls {
  /** What the calls fail with, by the numbers of Linux. */
  public enum Errno {
    /** The disk is broken. */
    EIO(5),
    /** The disk is full. */
    ENOSPC(28);

    private final int number;

    Errno(int number) {
      this.number = number;
    }
  }

  /** Which calls fail. */
  public enum Call {
    WRITE("posix/io/rw/pwrite"),
    READ("posix/io/rw/pread"),
    FSYNC("posix/io/sync/*");

    private final String point;

    Call(String point) {
      this.point = point;
    }
  }

  private static final String LIBRARIES =
      "/usr/lib/fiu/fiu_run_preload.so /usr/lib/fiu/fiu_posix_preload.so";

  private final String prefix;

  FailingCalls(Path directory) {
    this.prefix = directory.resolve("fiu").toString();
  }

  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", LIBRARIES, "FIU_CTRL_FIFO", prefix);
  }

  /** Lets so many of a hundred calls fail from now on. */
  public void fail(Server server, Call call, Errno errno, int percent)
      throws IOException, InterruptedException {
    String how = percent == 100 ? "enable " : "enable_random probability=" + percent / 100.0 + ",";
    control(server, how + "name=" + call.point + ",failinfo=" + errno.number);
  }

  /** Lets the calls do their work again. */
  public void heal(Server server, Call call) throws IOException, InterruptedException {
    control(server, "disable name=" + call.point);
  }

  private void control(Server server, String command) throws IOException, InterruptedException {
    Commands.run("fiu-ctrl", "-f", prefix, "-c", command, Long.toString(server.pid()));
  }
}
