package io.shoal.common.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterSecretTest {
  private static final byte[] NONCE = "nonce".getBytes(StandardCharsets.UTF_8);
  private static final byte[] UUID = new byte[16];

  /** The value was computed by {@code openssl dgst -sha256 -hmac}. */
  @Test
  void proof_isHmacSha256OverAllParts() {
    byte[] proof = ClusterSecret.of("0123456789abcdef").proof(NONCE, UUID, "node-1", 7_410);

    assertThat(HexFormat.of().formatHex(proof))
        .isEqualTo("743c2b56871b3b0e84142cf19af41cf7031f6d43667fe2bb1e8b702293f370e8");
  }

  @Test
  void proves_onlyWithEverythingRight() {
    ClusterSecret secret = ClusterSecret.of("0123456789abcdef");
    byte[] proof = secret.proof(NONCE, UUID, "node-1", 7_410);

    assertThat(secret.proves(proof, NONCE, UUID, "node-1", 7_410)).isTrue();
    assertThat(secret.proves(proof, UUID, UUID, "node-1", 7_410)).isFalse();
    assertThat(secret.proves(proof, NONCE, NONCE, "node-1", 7_410)).isFalse();
    assertThat(secret.proves(proof, NONCE, UUID, "node-2", 7_410)).isFalse();
    assertThat(secret.proves(proof, NONCE, UUID, "node-1", 7_411)).isFalse();
    assertThat(secret.proves(new byte[0], NONCE, UUID, "node-1", 7_410)).isFalse();
    assertThat(ClusterSecret.of("0123456789abcdeX").proves(proof, NONCE, UUID, "node-1", 7_410))
        .isFalse();
  }

  @Test
  void read_file_ignoresTheLineEnd(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "0123456789abcdef\n");

    assertThat(ClusterSecret.read(file).proof(NONCE, UUID, "h", 1))
        .isEqualTo(ClusterSecret.of("0123456789abcdef").proof(NONCE, UUID, "h", 1));
  }

  @Test
  void read_missingOrShort_isRefused(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("secret");
    assertThat(catchThrowableOfType(ShoalException.class, () -> ClusterSecret.read(file)).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    Files.writeString(file, "short");
    ShoalException failure =
        catchThrowableOfType(ShoalException.class, () -> ClusterSecret.read(file));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage()).contains("5 characters (expected: 16 to 4096)");
    assertThatIllegalArgumentException().isThrownBy(() -> ClusterSecret.of(" ".repeat(20)));
  }

  @Test
  void text_hidesTheSecret() {
    assertThat(ClusterSecret.of("0123456789abcdef")).hasToString("ClusterSecret[...]");
  }
}
