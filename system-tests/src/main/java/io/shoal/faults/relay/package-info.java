/** A bad line, as a process of its own. */
@NullMarked
package io.shoal.faults.relay;

import org.jspecify.annotations.NullMarked;
