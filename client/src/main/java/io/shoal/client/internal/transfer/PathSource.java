package io.shoal.client.internal.transfer;

import io.shoal.client.PutOptions;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.write.FileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A local file. Its fields are set by one step and read by later ones, never at once. */
final class PathSource implements UploadSource {
  private static final Logger LOG = LoggerFactory.getLogger(PathSource.class);

  private final Path path;
  private final PutOptions options;
  private final ClientResources resources;
  private final LocalFiles files;
  private volatile @Nullable LocalSource source;
  private volatile @Nullable PathFeed feed;

  PathSource(Path path, PutOptions options, ClientResources resources) {
    this.path = path;
    this.options = options;
    this.resources = resources;
    this.files = new LocalFiles(resources.executors().files());
  }

  @Override
  public CompletableFuture<Prepared> prepare() {
    return files.call(
        path,
        () -> {
          LocalSource opened = LocalSource.open(path);
          source = opened;
          PutOptions completed =
              options.keepAttributes()
                  ? options.withAttributes(LocalAttributes.complete(options.attributes(), path))
                  : options;
          return new Prepared(completed, opened.length());
        });
  }

  @Override
  public void feed(FileWriter writer) {
    LocalSource opened = source;
    if (opened == null) {
      throw new IllegalStateException(path + " was not opened");
    }
    PathFeed started = new PathFeed(opened, writer, files, resources);
    feed = started;
    started.start();
  }

  @Override
  public CompletableFuture<Void> release() {
    PathFeed started = feed;
    CompletableFuture<Void> stopped =
        started == null ? CompletableFuture.completedFuture(null) : started.stop();
    return stopped
        .thenCompose(nothing -> files.call(path, this::close))
        .thenAccept(
            wasOpen -> LOG.trace("{}: released{}", path, wasOpen ? "" : ", was never open"));
  }

  private boolean close() throws IOException {
    LocalSource opened = source;
    if (opened != null) {
      opened.close();
    }
    return opened != null;
  }
}
