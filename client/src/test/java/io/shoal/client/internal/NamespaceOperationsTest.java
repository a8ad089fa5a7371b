package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.client.AttributeChange;
import io.shoal.client.DirectoryPage;
import io.shoal.client.FileStatus;
import io.shoal.client.testing.DirectMetadata;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamespaceOperationsTest {
  private final TestResources resources = new TestResources(DirectExecutor.INSTANCE);
  private final DirectMetadata metadata = new DirectMetadata(new FakeNamespace());
  private final NamespaceOperations namespace = new NamespaceOperations(resources.get(), metadata);

  @AfterEach
  void end() {
    resources.close();
  }

  @Test
  void mkdirStatRenameDelete_roundTrip() {
    FileStatus made = Await.result(namespace.mkdir("//a/", false));
    assertThat(made.path()).isEqualTo("/a");
    assertThat(made.isDirectory()).isTrue();
    assertThat(Await.result(namespace.stat("/a")).inodeId()).isEqualTo(made.inodeId());
    assertThat(Await.result(namespace.rename("/a", "/b", false)).path()).isEqualTo("/b");
    assertThat(Await.failure(namespace.stat("/a")).code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(
            Await.result(namespace.setAttributes("/b", AttributeChange.NONE.withMode(0700))).mode())
        .isEqualTo(0700);
    assertThat(Await.result(namespace.fence("/b")).generation()).isGreaterThan(made.generation());
    Await.result(namespace.delete("/b", false));
    assertThat(Await.failure(namespace.stat("/b")).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void listPage_afterAName_theRest() {
    for (String name : new String[] {"/a", "/b", "/c"}) {
      Await.result(namespace.mkdir(name, false));
    }
    DirectoryPage page = Await.result(namespace.listPage("/", "a", 1));
    assertThat(page.entries()).extracting(entry -> entry.status().path()).containsExactly("/b");
    assertThat(page.complete()).isFalse();
    assertThat(Await.result(namespace.listPage("/", "b", 1)).complete()).isTrue();
  }

  @Test
  void listPage_limitOutOfRange_refusedBeforeItIsSent() {
    assertThatThrownBy(() -> namespace.listPage("/", "", 0)).hasMessageContaining("1 to 4096");
    assertThatThrownBy(() -> namespace.listPage("/", "", 4_097)).hasMessageContaining("4097");
    assertThat(metadata.requests()).isEmpty();
  }

  @Test
  void root_canNeitherBeRenamedNorDeleted() {
    assertThatThrownBy(() -> namespace.delete("/", true)).hasMessageContaining("root");
    assertThatThrownBy(() -> namespace.rename("/", "/a", false)).hasMessageContaining("root");
    assertThatThrownBy(() -> namespace.rename("/a", "/", true)).hasMessageContaining("root");
  }

  @Test
  void cancel_stat_takesTheCallBack() {
    metadata.hold();
    CompletableFuture<FileStatus> stat = namespace.stat("/");
    stat.cancel(false);
    assertThat(metadata.heldCount()).isZero();
  }
}
