/**
 * The process that is one system's client: {@link io.shoal.benchmarks.worker.WorkerMain}. It obeys
 * lines from its standard input and ends with them, so that none outlives the coordinator.
 */
@NullMarked
package io.shoal.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
