package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.FileStatus;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TruncateOperationTest {
  private final TestResources resources = new TestResources(DirectExecutor.INSTANCE);
  private final FakeNamespace namespace = new FakeNamespace();
  private final DirectMetadata metadata = new DirectMetadata(namespace);

  @AfterEach
  void end() {
    resources.close();
  }

  @Test
  void cut_thatTakesSeveralCalls_goesOnUntilTheLength() {
    // Of this metadata server a call takes one extent.
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(5));

    FileStatus shorter = Await.result(truncate("/a", 15));

    assertThat(shorter.path()).isEqualTo("/a");
    assertThat(shorter.length()).isEqualTo(15);
    assertThat(namespace.executedCount(RequestCase.TRUNCATE)).isEqualTo(4);
    assertThat(namespace.executed().get(0).getTruncate().getTarget().getPath()).isEqualTo("/a");
    assertThat(namespace.executed().get(1).getTruncate().getTarget().getInodeId())
        .isEqualTo(namespace.at("/a").getInodeId());
  }

  @Test
  void refusals_areTheServers_exceptNonsense() {
    namespace.add("/a", FileType.FILE_TYPE_FILE, extents(1));

    assertThat(Await.failure(truncate("/nowhere", 0)).code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(Await.failure(truncate("/a", 11)).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(Await.failure(truncate("/a", -1)).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(namespace.at("/a").getLength()).isEqualTo(10);
  }

  private CompletableFuture<FileStatus> truncate(String path, long length) {
    TruncateOperation operation = new TruncateOperation(resources.get(), metadata, path, length);
    try {
      operation.start();
    } catch (ShoalException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return operation.result();
  }

  private static Extent[] extents(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> Extent.newBuilder().setFileOffset(10L * i).setLength(10).setChunkId(i + 1).build())
        .toArray(Extent[]::new);
  }
}
