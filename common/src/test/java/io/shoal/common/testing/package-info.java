/**
 * Tools for the tests of every module, published as the test-jar of {@code common}: {@link
 * io.shoal.common.testing.FakeClock} is time and timer in one, {@link
 * io.shoal.common.testing.QueueExecutor} runs tasks when told, {@link
 * io.shoal.common.testing.Await} waits for conditions, {@link io.shoal.common.testing.Property} and
 * {@link io.shoal.common.testing.SequenceTest} make seeded random tests and shrink what fails,
 * {@link io.shoal.common.testing.NoLeaks} fails a class that leaks buffers.
 */
@NullMarked
package io.shoal.common.testing;

import org.jspecify.annotations.NullMarked;
