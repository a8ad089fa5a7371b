/** What is measured within the package of the transport, whose parts nobody else sees. */
@NullMarked
package io.shoal.common.transport;

import org.jspecify.annotations.NullMarked;
