/**
 * Moves whole files between the cluster and local files, buffers or publishers. Start with {@link
 * io.shoal.client.internal.transfer.TransferOperations}. A {@code Put} lets an {@code UploadSource}
 * feed a writer; a {@code PathDownload} fetches into a {@code LocalTarget}.
 *
 * <p>Local files are touched on the file threads only. The state of a transfer belongs to a shard
 * or is guarded by its object, as each class says.
 */
@NullMarked
package io.shoal.client.internal.transfer;

import org.jspecify.annotations.NullMarked;
