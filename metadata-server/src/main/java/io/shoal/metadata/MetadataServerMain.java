package io.shoal.metadata;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.program.ServerProgram;

/** The command {@code metadata-server}. */
public final class MetadataServerMain {
  private MetadataServerMain() {}

  /** Runs a metadata server until the process is told to end; see {@code --help}. */
  public static void main(String[] args) {
    String version = ServerProgram.versionOf(MetadataServerMain.class);
    ServerProgram<MetadataServerConfig> program =
        new ServerProgram<MetadataServerConfig>(
                "metadata-server",
                version,
                MetadataServerSettings.SCHEMA,
                config -> MetadataServerConfig.of(config, version),
                (config, reread) -> MetadataServer.start(config, FaultHandler.haltingProcess()))
            .withFormat(MetadataServer::format)
            .withJoin(MetadataServer::join)
            .withRestore(BackupRestore::restore);
    System.exit(program.run(args, System.out, System.err));
  }
}
