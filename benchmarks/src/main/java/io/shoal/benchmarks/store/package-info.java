/**
 * What the workloads ask of a system: {@link io.shoal.benchmarks.store.FileStore}. Each system has
 * an adapter in a package of its own, so that a workload is written once and no system's libraries
 * are on the class path of another.
 */
@NullMarked
package io.shoal.benchmarks.store;

import org.jspecify.annotations.NullMarked;
