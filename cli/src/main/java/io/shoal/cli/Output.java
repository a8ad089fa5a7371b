package io.shoal.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Where results go: standard output, in UTF-8, buffered, with errors that are not swallowed. Used
 * by one thread at a time.
 */
public final class Output {
  private final OutputStream out;
  private final boolean terminal;
  private final byte[] copyBuffer = new byte[64 << 10];

  /**
   * Makes an output.
   *
   * @param terminal whether a person looks at it
   */
  public Output(OutputStream out, boolean terminal) {
    this.out = new BufferedOutputStream(out, 64 << 10);
    this.terminal = terminal;
  }

  /** Tells whether a person looks at it. */
  public boolean terminal() {
    return terminal;
  }

  /** Prints a line. */
  public void line(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.write('\n');
      if (terminal) {
        out.flush();
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Prints a name as it is, ended by a NUL, which no name contains. */
  public void endedByNul(String name) {
    try {
      out.write(name.getBytes(StandardCharsets.UTF_8));
      out.write(0);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Writes the remaining bytes of a buffer. */
  public void bytes(ByteBuffer data) {
    try {
      if (data.hasArray()) {
        out.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
        return;
      }
      ByteBuffer rest = data.duplicate();
      while (rest.hasRemaining()) {
        int length = Math.min(rest.remaining(), copyBuffer.length);
        rest.get(copyBuffer, 0, length);
        out.write(copyBuffer, 0, length);
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Hands everything to the system. */
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private static BrokenOutput broken(IOException cause) {
    return new BrokenOutput(cause);
  }

  /** Nobody reads the output any more, or it can't be written. */
  static final class BrokenOutput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenOutput(IOException cause) {
      super(cause);
    }

    /** Tells whether the reader went away, as in {@code shoal cat ... | head}. */
    boolean readerGone() {
      Throwable cause = getCause();
      return cause != null && String.valueOf(cause.getMessage()).contains("Broken pipe");
    }
  }
}
