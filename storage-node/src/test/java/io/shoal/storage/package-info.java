/** Tests of a whole storage node. Start with {@link io.shoal.storage.NodeFixture}. */
@NullMarked
package io.shoal.storage;

import org.jspecify.annotations.NullMarked;
