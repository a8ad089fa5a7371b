package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AttributeChange;
import io.shoal.client.ClientConfig;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom files and directories belong to, from the client's configuration to its answers. */
class OwnerTest {
  private static final int CHUNK = 1 << 20;

  @TempDir private static Path directory;
  private static EmbeddedCluster cluster;

  @BeforeAll
  static void start() {
    cluster = EmbeddedCluster.in(directory).nodes(1).metadata("file.chunk-size=1MiB").start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void whatAClientMakes_belongsToItsUser() {
    ClientConfig config = cluster.clientConfig();
    try (ShoalClient client = ShoalClient.create(config)) {
      FileStatus small =
          Await.result(client.put(Bytes.random(10, 1), "/small", PutOptions.DEFAULT));
      assertBelongs(small, config.owner(), config.group());
      assertBelongs(
          Await.result(client.put(Bytes.random(3 * CHUNK, 1), "/large", PutOptions.DEFAULT)),
          config.owner(),
          config.group());
      assertBelongs(Await.result(client.mkdir("/a/b", true)), config.owner(), config.group());
      assertBelongs(Await.result(client.stat("/a")), config.owner(), config.group());
    }
    assertThat(config.owner()).isIn(System.getProperty("user.name"), "");
  }

  @Test
  void copyAndReplacement_belongToWhoMadeThem_movedFileToWhomItDid() {
    try (ShoalClient ann = ShoalClient.create(cluster.clientConfig().withOwner("ann", "staff"));
        ShoalClient bob = ShoalClient.create(cluster.clientConfig().withOwner("bob", "guests"))) {
      Await.result(ann.put(Bytes.random(10, 1), "/f", PutOptions.DEFAULT));
      Await.result(ann.put(Bytes.random(10, 1), "/g", PutOptions.DEFAULT));

      PutOptions keeping = PutOptions.DEFAULT.withKeepAttributes(true);
      assertBelongs(Await.result(bob.copy("/f", "/copy", keeping)), "bob", "guests");
      Await.result(bob.rename("/f", "/moved", false));
      assertBelongs(Await.result(bob.stat("/moved")), "ann", "staff");
      PutOptions replacing = PutOptions.DEFAULT.withOverwrite(true);
      assertBelongs(Await.result(bob.put(Bytes.random(9, 1), "/g", replacing)), "bob", "guests");
    }
  }

  @Test
  void attributesOfAPut_sayOtherwise_andAClientMayNameNobody() {
    try (ShoalClient nobody = ShoalClient.create(cluster.clientConfig().withOwner("", ""))) {
      FileStatus plain =
          Await.result(nobody.put(Bytes.random(10, 1), "/plain", PutOptions.DEFAULT));
      assertBelongs(plain, "", "");
      PutOptions ofCarol =
          PutOptions.DEFAULT.withAttributes(AttributeChange.NONE.withOwner("carol", "crew"));
      assertBelongs(
          Await.result(nobody.put(Bytes.random(10, 1), "/carols", ofCarol)), "carol", "crew");
    }
  }

  private static void assertBelongs(FileStatus status, String owner, String group) {
    assertThat(status.owner()).isEqualTo(owner);
    assertThat(status.group()).isEqualTo(group);
  }
}
