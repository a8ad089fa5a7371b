/** Tests of the scrubber. */
@NullUnmarked
package io.shoal.storage.scrub;

import org.jspecify.annotations.NullUnmarked;
