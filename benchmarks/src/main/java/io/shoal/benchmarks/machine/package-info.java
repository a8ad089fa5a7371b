/**
 * What the machine itself can do, without any file store: the limits that a store's numbers are
 * read against. Each {@link io.shoal.benchmarks.machine.Limit} works in a local directory.
 */
@NullMarked
package io.shoal.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
