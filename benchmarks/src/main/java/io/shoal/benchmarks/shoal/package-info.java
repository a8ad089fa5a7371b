/** Shoal under the workloads, through its asynchronous client. No thread waits here. */
@NullMarked
package io.shoal.benchmarks.shoal;

import org.jspecify.annotations.NullMarked;
