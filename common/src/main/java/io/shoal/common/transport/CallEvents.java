package io.shoal.common.transport;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Tells a listener one thing after another, though they happen on several threads: whoever finds
 * another at it leaves its own to that one.
 */
final class CallEvents {
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  void run(Runnable event) {
    synchronized (this) {
      waiting.add(event);
      if (running) {
        return;
      }
      running = true;
    }
    boolean more = true;
    while (more) {
      Runnable next;
      synchronized (this) {
        next = waiting.poll();
        more = next != null;
        running = more;
      }
      if (next != null) {
        next.run();
      }
    }
  }
}
