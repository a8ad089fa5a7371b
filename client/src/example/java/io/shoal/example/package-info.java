/**
 * How a service embeds the client: {@link io.shoal.example.ReportArchive} is the part of a service
 * that owns its files, {@link io.shoal.example.ReportArchiveDemo} runs it against a cluster.
 */
@NullMarked
package io.shoal.example;

import org.jspecify.annotations.NullMarked;
