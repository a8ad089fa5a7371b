/**
 * Makes a table, JSON and a chart of samples. Start with {@link
 * io.shoal.benchmarks.report.Results}. Everything here is a pure function of it.
 */
@NullMarked
package io.shoal.benchmarks.report;

import org.jspecify.annotations.NullMarked;
