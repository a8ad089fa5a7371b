/**
 * How much may be under way at once, and what happens when something fails: {@link
 * io.shoal.common.flow.Permits} is an asynchronous budget of count and bytes that many share,
 * {@link io.shoal.common.flow.ByteWindow} the window of one stream, {@link
 * io.shoal.common.flow.Retry} repeats what may be repeated until a deadline. {@link
 * io.shoal.common.flow.Joins}, {@link io.shoal.common.flow.Cancellation} and {@link
 * io.shoal.common.flow.Deadlines} tie futures together. Everything but {@code ByteWindow} is
 * thread-safe; nothing blocks.
 */
@NullMarked
package io.shoal.common.flow;

import org.jspecify.annotations.NullMarked;
