/**
 * The {@code shoal} command. Start with {@link io.shoal.cli.ShoalMain}, which finds the command,
 * parses its arguments and turns failures into messages and exit codes; the commands themselves are
 * in {@code io.shoal.cli.command}, one class each. The main thread runs the command and is the only
 * one that waits; the client library's threads do the work.
 */
@NullMarked
package io.shoal.cli;

import org.jspecify.annotations.NullMarked;
