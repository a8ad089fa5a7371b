package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.NamespaceCommand.SetAttributes;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import io.shoal.metadata.row.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Guards the layout of rows: a snapshot that an earlier version wrote must be read for ever. If
 * this fails because a handler does something else now, take the new digest; if it fails because a
 * row looks different, give the row a new version that is read beside the old one.
 */
class FormatTest {
  private static final String DIGEST =
      "2b9d5c2e68577eb09257b4494ac75bacc2a6da7edec3d6fd871db2cc20ffab51";

  @Test
  void rowsOfAKnownHistory_haveTheKnownBytes() throws NoSuchAlgorithmException {
    StateMachine machine = StateMachine.withCluster();
    machine.done(new ClusterCommand.RotateSigningKey(Bytes.copyOf(new byte[32])));
    StateMachine.Client client = machine.client();
    Given.Grants grants = Given.grants(client.sessionId(), machine.now() + 900_000);
    client.call(Given.mkdirs("/a/é"));
    FileStatus file = Given.status(client.call(Given.emptyFile("/a/f")));
    TreeMap<String, Bytes> xattrs = new TreeMap<>();
    xattrs.put("user.x", Bytes.copyOf(new byte[] {1, 2, 3}));
    Attributes attributes = new Attributes(0600, "ann", "staff", 5L, xattrs, new TreeSet<>());
    client.call(new SetAttributes(new Target.AtPath("/a/f"), attributes));
    ChunkId open = machine.newChunkId();
    client.call(Given.append(file, grants.commit(open, 10, false, 1, 2), 0));
    ChunkId garbage = machine.newChunkId();
    client.call(Given.file("/g", Precondition.ABSENT, grants.commit(garbage, 20, true)));
    client.call(new Delete("/g", false));
    machine.pass(StateMachine.GRACE_MILLIS + 1);
    machine.done(new MaintenanceCommand.Reclaim(10));
    client.call(Given.create("/p", Precondition.ABSENT));
    client.call(Given.emptyFile("/q"));
    client.call(new Delete("/q", false));

    assertThat(digest(machine)).isEqualTo(DIGEST);
  }

  private static String digest(StateMachine machine) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String row : Invariants.dump(machine.reader())) {
      digest.update(row.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) '\n');
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
