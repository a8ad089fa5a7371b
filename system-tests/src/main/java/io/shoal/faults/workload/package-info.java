/** Client processes that work on the cluster, and their journals. */
@NullMarked
package io.shoal.faults.workload;

import org.jspecify.annotations.NullMarked;
