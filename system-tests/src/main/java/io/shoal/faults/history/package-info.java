/** What clients did at the same time, and whether one after the other they could have done it. */
@NullMarked
package io.shoal.faults.history;

import org.jspecify.annotations.NullMarked;
