/**
 * Configuration of servers and programs. A component declares its keys in code as {@link
 * io.shoal.common.config.Key}s; a program collects them in a {@link
 * io.shoal.common.config.ConfigSchema}, from which the template of its file is printed; {@link
 * io.shoal.common.config.Config#load} reads the file and the command line, and each component
 * builds its own record from the result. Everything is immutable; problems name file and line and
 * say what is allowed.
 */
@NullMarked
package io.shoal.common.config;

import org.jspecify.annotations.NullMarked;
