/**
 * The closed vocabulary of errors. Start with {@link io.shoal.common.error.ErrorCode}; {@link
 * io.shoal.common.error.ShoalException} carries one of them with its message and subject. The
 * mapping to and from the wire lives in {@code io.shoal.common.rpc}. Defects take another road: an
 * assertion or an unchecked exception of the JDK.
 */
@NullMarked
package io.shoal.common.error;

import org.jspecify.annotations.NullMarked;
