package io.shoal.storage.heartbeat;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.util.random.RandomGenerator;

/**
 * What a link runs on; all borrowed.
 *
 * @param random spreads attempts to connect
 */
public record LinkRuntime(
    EventLoops loops,
    RpcSettings rpc,
    TimeSource time,
    Timer timer,
    RandomGenerator random,
    FaultHandler faults) {}
