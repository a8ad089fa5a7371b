package io.shoal.metadata.rpc;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.liveness.LivenessSettings;
import io.shoal.metadata.reclaim.MaintenanceSettings;
import io.shoal.metadata.repair.RepairSettings;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import java.util.List;

/**
 * What an operator decides about the services of a metadata server.
 *
 * @param version of this software, for people
 * @param newClusterId the id that a cluster gets if this server is its first leader
 * @param cluster settings that this server, once it leads, brings into the replicated state
 */
public record ServiceSettings(
    String version,
    String newClusterId,
    ClusterSettings cluster,
    LivenessSettings liveness,
    MaintenanceSettings maintenance,
    RepairSettings repair,
    ServiceLimits limits) {
  /** The keys of the configuration file. */
  public static final List<Section> SECTIONS =
      List.of(
          ClusterDefaults.SECTION,
          LivenessSettings.SECTION,
          MaintenanceSettings.SECTION,
          RepairSettings.SECTION,
          ServiceLimits.SECTION);

  /** Returns the same for a server that would found a cluster with this id. */
  public ServiceSettings withNewClusterId(String id) {
    return new ServiceSettings(version, id, cluster, liveness, maintenance, repair, limits);
  }

  /** Reads the keys of {@link #SECTIONS}. */
  public static ServiceSettings of(Config config, String version, String newClusterId) {
    return new ServiceSettings(
        version,
        newClusterId,
        config.build(ClusterDefaults::of),
        config.build(LivenessSettings::of),
        config.build(MaintenanceSettings::of),
        config.build(RepairSettings::of),
        config.build(ServiceLimits::of));
  }
}
