/**
 * A whole cluster in one JVM, for tests: real servers with real files and sockets on loopback,
 * wired as their main classes wire them. Start with {@link io.shoal.testkit.EmbeddedCluster}.
 * Everything that takes minutes in production takes seconds or less.
 */
@NullMarked
package io.shoal.testkit;

import org.jspecify.annotations.NullMarked;
