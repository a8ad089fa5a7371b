/**
 * How a row of the replicated state is laid out in bytes: keys that sort as their fields do, values
 * that begin with a version. Start with {@link io.shoal.metadata.row.RowWriter} and {@link
 * io.shoal.metadata.row.RowReader}; what stands in which row is defined beside each table. Writers
 * and readers belong to one thread, {@link io.shoal.metadata.row.Bytes} is an immutable value.
 */
@NullMarked
package io.shoal.metadata.row;

import org.jspecify.annotations.NullMarked;
