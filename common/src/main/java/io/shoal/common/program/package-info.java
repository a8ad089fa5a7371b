/**
 * The main program of a server, as far as all servers are alike: {@link
 * io.shoal.common.program.ServerProgram} reads the command line and the configuration, starts the
 * server, and ends it when the process is told to end. Everything runs on the main thread and on
 * the JVM's shutdown hook, which may block.
 */
@NullMarked
package io.shoal.common.program;

import org.jspecify.annotations.NullMarked;
