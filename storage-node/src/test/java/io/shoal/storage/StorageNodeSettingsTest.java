package io.shoal.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.common.config.Config;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.storage.heartbeat.HeartbeatConfig;
import io.shoal.storage.rpc.StreamConfig;
import io.shoal.storage.volume.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StorageNodeSettingsTest {
  private static final List<String> REQUIRED = List.of("secret-file=/s", "data-directories=/a, /b");

  private static StorageNodeConfig read(String... more) {
    List<String> settings = new ArrayList<>(REQUIRED);
    settings.addAll(List.of(more));
    return StorageNodeSettings.read(
        Config.load(StorageNodeSettings.SCHEMA, Optional.empty(), settings));
  }

  @Test
  void defaults_areThoseOfTheComponents() {
    StorageNodeConfig config = read();

    assertThat(config.endpoint()).isEqualTo(StorageNodeConfig.Endpoint.loopback(7_410));
    assertThat(config.store()).isEqualTo(StoreConfig.defaults());
    assertThat(config.streams()).isEqualTo(StreamConfig.defaults());
    assertThat(config.heartbeat())
        .isEqualTo(HeartbeatConfig.defaults(List.of(new HostPort("127.0.0.1", 7_400))));
    assertThat(config.dataDirectories()).containsExactly(Path.of("/a"), Path.of("/b"));
  }

  @Test
  void everyKey_standsInTheShippedFile() throws IOException {
    Path shipped = Path.of("..", "scripts", "conf", "storage-node.conf");

    assertThat(Files.readString(shipped))
        .as("print it anew with: storage-node --print-config")
        .isEqualTo(StorageNodeSettings.SCHEMA.template());
  }

  @Test
  void listeningEverywhere_needsAnAdvertisedHost() {
    assertThat(read("host=0.0.0.0", "advertised-host=node-1").endpoint().reachableHost())
        .isEqualTo("node-1");
    assertThat(read("host=10.0.0.1").endpoint().reachableHost()).isEqualTo("10.0.0.1");
  }

  @Test
  void valuesThatDoNotGoTogether_areRefused() {
    for (String[] wrong :
        new String[][] {
          {"write.window=64MiB", "write.memory=1MiB"},
          {"read.frame=20KiB"},
          {"read-frame=20KiB"},
          {"failure-domain=rack-1"},
          {"host=0.0.0.0"}
        }) {
      ShoalException refused = catchThrowableOfType(ShoalException.class, () -> read(wrong));
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
  }
}
