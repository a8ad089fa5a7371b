/**
 * Measures a running cluster through the client library. Start with {@link
 * io.shoal.benchmarks.BenchMain}; each {@link io.shoal.benchmarks.Workload} is one row of its
 * table. The main thread runs a workload and waits for it; CPU time is read from {@code /proc} for
 * the client and for every server process that is named.
 */
@NullMarked
package io.shoal.benchmarks;

import org.jspecify.annotations.NullMarked;
