package io.shoal.faults.bed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts programs of ours. */
public final class Programs {
  private Programs() {}

  /** Returns the command that runs a class of this class path in a small JVM of its own. */
  public static List<String> java(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(javaCommand());
    command.addAll(
        List.of(
            "-Xmx192m",
            "-XX:MaxDirectMemorySize=192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dio.netty.tryReflectionSetAccessible=false",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    return command;
  }

  static String javaCommand() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Waits for a line of a program. */
  public static void awaitLine(BufferedReader from, String expected) throws IOException {
    String line = from.readLine();
    if (!expected.equals(line)) {
      throw new IOException("'" + line + "' (expected: " + expected + ")");
    }
  }
}
