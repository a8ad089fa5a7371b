/** Tests of channels, servers and errors on the wire. */
@NullMarked
package io.shoal.common.rpc;

import org.jspecify.annotations.NullMarked;
