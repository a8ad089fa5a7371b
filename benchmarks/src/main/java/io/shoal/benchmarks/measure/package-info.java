/**
 * What is measured and how: a {@link io.shoal.benchmarks.measure.Meter} surrounds a piece of work
 * and makes a {@link io.shoal.benchmarks.measure.Sample} of it, with CPU time and memory of the
 * processes from {@code /proc}. One thread measures at a time.
 */
@NullMarked
package io.shoal.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
