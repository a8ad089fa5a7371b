package io.shoal.client.internal.write;

import io.shoal.client.internal.metadata.GrantPool;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.client.internal.resources.ClientResources;

/** What all writers of a client share. */
public record WriteContext(
    ClientResources resources,
    MetadataCalls metadata,
    GrantPool grants,
    NodeSuspicions suspicions,
    WriteBudget budget,
    WriteSettings settings) {
  /** Makes the part that is owned by the writers. */
  public static WriteContext of(
      ClientResources resources,
      MetadataCalls metadata,
      GrantPool grants,
      NodeSuspicions suspicions) {
    return new WriteContext(
        resources,
        metadata,
        grants,
        suspicions,
        new WriteBudget(resources.budgets().writes()),
        WriteSettings.of(resources.config()));
  }
}
