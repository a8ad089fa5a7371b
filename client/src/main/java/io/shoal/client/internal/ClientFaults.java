package io.shoal.client.internal;

import io.shoal.common.error.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client does about a defect of its own: it says so and closes itself, because it can't know
 * any more what its state is worth. The program around it goes on.
 */
final class ClientFaults implements FaultHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ClientFaults.class);

  private volatile Runnable close = () -> {};

  /** Sets how the client is closed; must not block. */
  void closeBy(Runnable action) {
    close = action;
  }

  @Override
  public void onFault(String where, Throwable fault) {
    LOG.error("Fault in {}: the client closes itself", where, fault);
    close.run();
  }
}
