package io.shoal.client.internal.resources;

import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.util.random.RandomGenerator;

/**
 * What the client takes from the machine, handed in so that a test can hand in something else.
 *
 * @param random draws nonces and spreads retries; thread-safe
 */
public record ClientEnvironment(TimeSource time, Timer timer, RandomGenerator random) {}
