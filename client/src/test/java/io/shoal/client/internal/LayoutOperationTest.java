package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.FileLayout;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LayoutOperationTest {
  private final TestResources resources = new TestResources(DirectExecutor.INSTANCE);
  private final FakeNamespace namespace = new FakeNamespace();
  private final DirectMetadata metadata = new DirectMetadata(namespace);

  @AfterEach
  void end() {
    resources.close();
  }

  @Test
  void layout_ofManyPages_allExtentsInOrder() {
    addFile("/a", 10_000);
    FileLayout layout = Await.result(layout("/a"));
    assertThat(layout.extents()).hasSize(10_000);
    assertThat(layout.extents())
        .isSortedAccordingTo((x, y) -> Long.compare(x.fileOffset(), y.fileOffset()));
    assertThat(layout.status().length()).isEqualTo(100_000);
    assertThat(metadata.requests()).hasSize(3);
  }

  @Test
  void layout_ofADirectory_isItsStatus() {
    FileLayout layout = Await.result(layout("/"));
    assertThat(layout.status().isDirectory()).isTrue();
    assertThat(layout.extents()).isEmpty();
  }

  @Test
  void layout_fileAlteredMeanwhile_beginsAnew() {
    addFile("/a", 5_000);
    metadata.holdFrom(RequestCase.EXTENTS);
    CompletableFuture<FileLayout> layout = layout("/a");
    metadata.failHeld(ErrorCode.GENERATION_GONE);
    assertThat(Await.result(layout).extents()).hasSize(5_000);
  }

  @Test
  void layout_missing_notFound() {
    assertThat(Await.failure(layout("/missing")).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  private void addFile(String path, int extents) {
    namespace.add(
        path,
        FileType.FILE_TYPE_FILE,
        IntStream.range(0, extents)
            .mapToObj(
                i ->
                    Extent.newBuilder()
                        .setFileOffset(10L * i)
                        .setLength(10)
                        .setChunkId(1_000 + i)
                        .build())
            .toArray(Extent[]::new));
  }

  private CompletableFuture<FileLayout> layout(String path) {
    LayoutOperation layout = new LayoutOperation(resources.get(), metadata, path);
    layout.start();
    return layout.result();
  }
}
