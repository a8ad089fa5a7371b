/**
 * Tests over real processes, launched from the distribution with the scripts that a user has. Start
 * with {@link io.shoal.systemtests.SystemCluster}, one cluster in a directory of its own. The tests
 * see what a user sees: exit codes, printed lines, files.
 */
@NullMarked
package io.shoal.systemtests;

import org.jspecify.annotations.NullMarked;
