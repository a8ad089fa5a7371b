/** Tests of the streams of a storage node against a store that the test plays. */
@NullMarked
package io.shoal.storage.rpc;

import org.jspecify.annotations.NullMarked;
