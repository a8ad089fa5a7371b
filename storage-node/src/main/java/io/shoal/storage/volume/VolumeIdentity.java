package io.shoal.storage.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shoal.common.checksum.Crc32c;
import io.shoal.common.id.VolumeId;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a data directory says of itself. As text, so that people can read it:
 *
 * <pre>
 * format-version=1
 * cluster-id=5f0c...
 * node-uuid=...
 * volume-id=1
 * volume-uuid=...
 * crc32c=0a1b2c3d     of all lines above
 * </pre>
 *
 * @param owner the cluster and node that it belongs to
 * @param volume its number within the node
 * @param volumeUuid drawn when it was formatted: tells a copy of a directory from another one
 */
record VolumeIdentity(NodeIdentity owner, VolumeId volume, UUID volumeUuid) {
  private static final String FORMAT_VERSION = "1";
  private static final List<String> KEYS =
      List.of("format-version", "cluster-id", "node-uuid", "volume-id", "volume-uuid");
  private static final String CRC_KEY = "crc32c=";

  VolumeIdentity {
    if (owner.clusterId().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("clusterId: has control characters (expected: none)");
    }
  }

  byte[] encode() {
    List<String> values =
        List.of(
            FORMAT_VERSION,
            owner.clusterId(),
            owner.nodeUuid().toString(),
            volume.toString(),
            volumeUuid.toString());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < KEYS.size(); i++) {
      text.append(KEYS.get(i)).append('=').append(values.get(i)).append('\n');
    }
    text.append(crcLine(text.toString()));
    return text.toString().getBytes(UTF_8);
  }

  static VolumeIdentity decode(byte[] bytes) throws IOException {
    String text = new String(bytes, UTF_8);
    int crcAt = text.lastIndexOf(CRC_KEY);
    if (crcAt < 0 || !text.substring(crcAt).equals(crcLine(text.substring(0, crcAt)))) {
      throw new IOException("identity file is damaged: its checksum does not fit");
    }
    Map<String, String> values = new HashMap<>();
    for (String line : text.substring(0, crcAt).lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String version = value(values, "format-version");
    if (!version.equals(FORMAT_VERSION)) {
      throw new IOException(
          "identity file: format version " + version + " (expected: " + FORMAT_VERSION + ")");
    }
    try {
      return new VolumeIdentity(
          new NodeIdentity(
              value(values, "cluster-id"), UUID.fromString(value(values, "node-uuid"))),
          new VolumeId(Integer.parseInt(value(values, "volume-id"))),
          UUID.fromString(value(values, "volume-uuid")));
    } catch (IllegalArgumentException malformed) {
      throw new IOException("identity file: " + malformed.getMessage(), malformed);
    }
  }

  private static String value(Map<String, String> values, String key) throws IOException {
    String value = values.get(key);
    if (value == null) {
      throw new IOException("identity file: no " + key);
    }
    return value;
  }

  private static String crcLine(String covered) {
    return String.format("%s%08x%n", CRC_KEY, Crc32c.of(covered.getBytes(UTF_8))).replace("\r", "");
  }
}
