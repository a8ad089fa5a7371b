package io.shoal.common.error;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process: a server that goes on after a defect may acknowledge what it did not do. */
enum ProcessHalt implements FaultHandler {
  INSTANCE;

  /** The number for "internal software error" in {@code sysexits.h}. */
  private static final int EXIT_CODE = 70;

  private static final Logger LOG = LoggerFactory.getLogger(ProcessHalt.class);

  @Override
  public void onFault(String where, Throwable fault) {
    try {
      LOG.error("Fault in {}: the process ends", where, fault);
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
