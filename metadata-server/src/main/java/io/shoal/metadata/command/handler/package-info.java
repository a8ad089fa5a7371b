/**
 * The replicated state machine: {@link io.shoal.metadata.command.handler.CommandApplier} makes
 * commands happen as a pure function of (state, command); a handler class per family holds the
 * rules. Start with the applier. Nothing here knows a clock, liveness, placement, randomness or
 * protobuf: a leader resolved all that before. Stateless; the thread that applies the log owns the
 * writer and runs everything here.
 */
@NullMarked
package io.shoal.metadata.command.handler;

import org.jspecify.annotations.NullMarked;
