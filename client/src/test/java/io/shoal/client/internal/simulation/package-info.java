/**
 * A cluster in memory for tests of what moves bytes: storage nodes and a metadata server that keep
 * the rules of the protocol, complain when the client breaks one, and fail as told. Start with
 * {@link io.shoal.client.internal.simulation.Simulation}. Everything runs on the test's thread;
 * what may come in any order comes in the order that a seed decides.
 */
@NullMarked
package io.shoal.client.internal.simulation;

import org.jspecify.annotations.NullMarked;
