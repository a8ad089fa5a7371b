/**
 * Tests of the bond with the leader, and a leader to test with: {@link
 * io.shoal.storage.heartbeat.FakeLeader}.
 */
@NullMarked
package io.shoal.storage.heartbeat;

import org.jspecify.annotations.NullMarked;
