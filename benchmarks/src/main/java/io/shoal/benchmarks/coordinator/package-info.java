/**
 * Runs the whole benchmark: {@link io.shoal.benchmarks.coordinator.BenchMain} starts a worker for
 * each system and has them measure in turn. The main thread does everything; each worker has a
 * thread that reads its answers.
 */
@NullMarked
package io.shoal.benchmarks.coordinator;

import org.jspecify.annotations.NullMarked;
