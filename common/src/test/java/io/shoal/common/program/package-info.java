/** Tests of the main program of servers. */
@NullMarked
package io.shoal.common.program;

import org.jspecify.annotations.NullMarked;
