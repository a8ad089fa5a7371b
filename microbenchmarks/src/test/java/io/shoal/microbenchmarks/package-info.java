/** Tests that the microbenchmarks run. */
@NullMarked
package io.shoal.microbenchmarks;

import org.jspecify.annotations.NullMarked;
