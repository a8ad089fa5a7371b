/**
 * What can happen to the replicated state: every change of it is a {@link
 * io.shoal.metadata.command.Command} and comes back as a {@link io.shoal.metadata.command.Reply}.
 * Start with {@link io.shoal.metadata.command.CommandEnvelope}; {@code handler} makes commands
 * happen. All immutable values, without clocks, randomness or protobuf.
 */
@NullMarked
package io.shoal.metadata.command;

import org.jspecify.annotations.NullMarked;
