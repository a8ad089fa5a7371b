/** Tests of repair, all on the test's own thread. */
@NullUnmarked
package io.shoal.metadata.repair;

import org.jspecify.annotations.NullUnmarked;
