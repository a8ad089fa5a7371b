package io.shoal.storage;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.program.ServerProgram;

/** The command {@code storage-node}. */
public final class StorageNodeMain {
  private StorageNodeMain() {}

  /** Runs a storage node until the process is told to end; see {@code --help}. */
  public static void main(String[] args) {
    String version = ServerProgram.versionOf(StorageNodeMain.class);
    ServerProgram<StorageNodeConfig> program =
        new ServerProgram<>(
            "storage-node",
            version,
            StorageNodeSettings.SCHEMA,
            StorageNodeSettings::read,
            (settings, reread) ->
                StorageNode.start(settings, reread, version, FaultHandler.haltingProcess()));
    System.exit(program.run(args, System.out, System.err));
  }
}
