/** The checker: compares what is in the system with the journals. */
@NullMarked
package io.shoal.faults.check;

import org.jspecify.annotations.NullMarked;
