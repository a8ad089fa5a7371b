package io.shoal.metadata.command;

/**
 * A change of the replicated state. What is not determined by the state itself (time, placement,
 * random bytes, verified signatures) was resolved before; values are checked by the handlers.
 */
public sealed interface Command
    permits SessionCommand, NamespaceCommand, ClusterCommand, MaintenanceCommand, RepairCommand {}
