/**
 * The one place where the allocator of network buffers is chosen: {@link
 * io.shoal.common.buffer.BufferPool}, of which a process makes one and hands it to everything that
 * sends, receives or reads files. Who owns a buffer is written at each parameter and result, in
 * three words:
 *
 * <ul>
 *   <li><em>borrows</em>: the method uses the buffer until it returns (or until the future that it
 *       returns is done) and keeps no reference; the caller still has to release it.
 *   <li><em>takes</em>: from the call on the buffer belongs to the callee, who releases it in every
 *       case, also when it throws.
 *   <li><em>returns owned</em>: the caller has to release what it got.
 * </ul>
 *
 * A buffer that is sent to several is retained once for each of them, never copied.
 */
@NullMarked
package io.shoal.common.buffer;

import org.jspecify.annotations.NullMarked;
