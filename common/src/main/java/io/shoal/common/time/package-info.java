/**
 * Time as something that is handed in: {@link io.shoal.common.time.TimeSource} tells it, {@link
 * io.shoal.common.time.Timer} lets things happen later, {@link io.shoal.common.time.Deadline} is
 * set once at the edge and passed down. Nothing in Shoal asks the JDK for the time except the
 * system implementations here, so that tests run on a fake clock.
 */
@NullMarked
package io.shoal.common.time;

import org.jspecify.annotations.NullMarked;
