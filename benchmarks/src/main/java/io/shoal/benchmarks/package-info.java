/**
 * Measures Shoal beside its peers, each as processes of its own. Start with {@link
 * io.shoal.benchmarks.coordinator.BenchMain}, which is started by {@code scripts/bench}; the work
 * is in {@code workload}, what a system has to offer for it in {@code store}, what is measured in
 * {@code measure}.
 */
@NullMarked
package io.shoal.benchmarks;

import org.jspecify.annotations.NullMarked;
