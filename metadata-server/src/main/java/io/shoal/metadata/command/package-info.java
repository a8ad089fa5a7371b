/**
 * The replicated state machine: every change of the state is a {@link
 * io.shoal.metadata.command.Command}, and {@link io.shoal.metadata.command.CommandApplier} makes it
 * happen as a pure function of (state, command). Start with the applier; a handler class per family
 * holds the rules. Nothing here knows a clock, liveness, placement, randomness or protobuf: a
 * leader resolved all that before. The thread that applies the log owns the writer and runs
 * everything here.
 */
@NullMarked
package io.shoal.metadata.command;

import org.jspecify.annotations.NullMarked;
