package io.shoal.metadata.store;

/**
 * A row of a table.
 *
 * @param key its key; not to be changed
 * @param value its value; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares rows.
public record Row(byte[] key, byte[] value) {}
