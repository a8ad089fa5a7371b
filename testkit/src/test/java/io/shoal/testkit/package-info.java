/** What the client promises, tried on a whole cluster in this JVM. */
@NullMarked
package io.shoal.testkit;

import org.jspecify.annotations.NullMarked;
