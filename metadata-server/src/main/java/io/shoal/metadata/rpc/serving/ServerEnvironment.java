package io.shoal.metadata.rpc.serving;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.store.StateView;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What the services stand on.
 *
 * @param log where commands go; must live longer than the services
 * @param views opens a view of the state as applied; whoever opened it closes it
 * @param pool runs shards; tasks there never wait
 * @param faults gets what should be impossible
 */
public record ServerEnvironment(
    CommandLog log,
    Supplier<StateView> views,
    TimeSource time,
    Timer timer,
    Executor pool,
    FaultHandler faults) {}
