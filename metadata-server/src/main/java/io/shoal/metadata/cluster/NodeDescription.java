package io.shoal.metadata.cluster;

import java.util.List;
import java.util.UUID;

/**
 * What a storage node says of itself when it registers.
 *
 * @param uuid drawn when the node formatted its first volume
 * @param host where clients reach it
 * @param port where clients reach it, 1 to 65535
 * @param failureDomain path, most general first: "/zone/rack/host"
 * @param version of its software
 */
public record NodeDescription(
    UUID uuid,
    String host,
    int port,
    String failureDomain,
    String version,
    List<VolumeRecord> volumes) {

  public NodeDescription {
    volumes = List.copyOf(volumes);
  }
}
