/** The fault matrix: its rows, and the command that runs them. */
@NullMarked
package io.shoal.faults.matrix;

import org.jspecify.annotations.NullMarked;
