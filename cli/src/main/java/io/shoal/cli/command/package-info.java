/**
 * One class for each command of {@code shoal}, all run by the main thread. Start with {@link
 * io.shoal.cli.command.Commands}, the list of them. Which argument is a local path and which one is
 * in the cluster is fixed by the command, never guessed.
 */
@NullMarked
package io.shoal.cli.command;

import org.jspecify.annotations.NullMarked;
