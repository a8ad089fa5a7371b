/** Parts of the servers measured by themselves: how many operations a second, nothing else. */
@NullMarked
package io.shoal.microbenchmarks;

import org.jspecify.annotations.NullMarked;
