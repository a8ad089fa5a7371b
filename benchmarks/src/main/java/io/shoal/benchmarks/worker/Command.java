package io.shoal.benchmarks.worker;

/**
 * What the coordinator tells a worker, one line each. A worker answers with a line for each sample
 * and then {@link #DONE}, or with {@link #FAILED} and a message.
 */
public sealed interface Command {
  /** First word of an answer: a worker stands by, after its start. */
  String READY = "ready";

  /** First word of an answer: a sample follows. */
  String SAMPLE = "sample ";

  /** Last line of an answer. */
  String DONE = "done";

  /** First word of the last line of an answer; a message follows. */
  String FAILED = "failed ";

  /** Run a workload on the data in a directory. */
  record Run(String workload, String directory) implements Command {
    @Override
    public String toLine() {
      return "run " + workload + " " + directory;
    }
  }

  /** Delete a directory. */
  record Clean(String directory) implements Command {
    @Override
    public String toLine() {
      return "clean " + directory;
    }
  }

  /** Writes the command as a line, for {@link #ofLine}. */
  String toLine();

  /**
   * Reads what {@link #toLine} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Command ofLine(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 3 && words[0].equals("run")) {
      return new Run(words[1], words[2]);
    }
    if (words.length == 2 && words[0].equals("clean")) {
      return new Clean(words[1]);
    }
    throw new IllegalArgumentException(
        "command: " + line + " (expected: run WORKLOAD DIRECTORY, or clean DIRECTORY)");
  }
}
