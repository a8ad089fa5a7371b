package io.shoal.common.config;

import java.util.function.Function;

/**
 * How the text of a value becomes the value. {@link ValueTypes} has those that there are.
 *
 * @param expected what is allowed, for messages and templates, for example {@code a size such as
 *     64KiB, from 4KiB to 1GiB}
 * @param parser reads a text without blanks around it; throws {@link IllegalArgumentException} if
 *     it is not allowed. The reason in its message is optional, since {@code expected} is told
 *     anyway
 */
public record ValueType<T>(String expected, Function<String, T> parser) {}
