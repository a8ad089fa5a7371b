/** The cluster of real processes that the matrix disturbs, and the means to disturb it. */
@NullMarked
package io.shoal.faults.bed;

import org.jspecify.annotations.NullMarked;
