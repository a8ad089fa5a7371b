/**
 * How files are stored, as far as all processes have to agree on it. {@link
 * io.shoal.common.policy.AckLevel} says what an acknowledgement is worth; it is part of the public
 * API of the client library. Immutable.
 */
@NullMarked
package io.shoal.common.policy;

import org.jspecify.annotations.NullMarked;
