package io.shoal.common.error;

/**
 * Where a defect goes: an exception that no caller can act on, because it shows that the program is
 * in a state that should be impossible. A server hands in {@link #haltingProcess()}, the client
 * library one that closes the client, a test one that fails the test. Thread-safe; called on the
 * thread that met the fault.
 */
@FunctionalInterface
public interface FaultHandler {
  /**
   * Handles a fault. Must not throw.
   *
   * @param where the component that met it, for the log
   */
  void onFault(String where, Throwable fault);

  /**
   * Returns the handler of servers: it logs the fault and ends the process at once, with exit code
   * 70, without shutdown hooks.
   */
  static FaultHandler haltingProcess() {
    return ProcessHalt.INSTANCE;
  }
}
