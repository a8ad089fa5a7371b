/**
 * The workloads, one small class each, written against {@link io.shoal.benchmarks.store.FileStore}.
 * {@link io.shoal.benchmarks.workload.Workloads} lists them in the order in which they run.
 */
@NullMarked
package io.shoal.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
