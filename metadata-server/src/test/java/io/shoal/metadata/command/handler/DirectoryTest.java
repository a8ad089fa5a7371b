package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.handler.StateMachine.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.NamespaceCommand.Delete;
import io.shoal.metadata.command.NamespaceCommand.Mkdirs;
import io.shoal.metadata.command.NamespaceCommand.Rename;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.namespace.ListPage;
import io.shoal.metadata.namespace.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directories: made, listed, moved, deleted. */
class DirectoryTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client client = machine.client();

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void mkdirs_withParents_makesWhatIsMissing() {
    Reply.DirectoryMade made =
        (Reply.DirectoryMade) client.call(new Mkdirs("/a/b/c", Given.mode(0700), true));

    assertThat(made.created()).isEqualTo(3);
    assertThat(made.status().type()).isEqualTo(FileType.DIRECTORY);
    assertThat(status("/a/b").ownership().mode()).isEqualTo(0700);
    assertThat(names("/")).containsExactly("a");
    assertThat(names("/a/b")).containsExactly("c");
  }

  @Test
  void mkdirs_ofWhatIsThere_isAcceptedOnlyWithParents() {
    client.call(Given.mkdirs("/a"));

    Reply again = client.call(Given.mkdirs("/a"));
    assertThat(again).isEqualTo(new Reply.DirectoryMade(status("/a"), 0));
    assertRefused(client.call(new Mkdirs("/a", Attributes.NONE, false)), ErrorCode.ALREADY_EXISTS);
    assertThat(((Reply.DirectoryMade) client.call(Given.mkdirs("/"))).created()).isZero();
    client.call(Given.emptyFile("/f"));
    assertRefused(client.call(Given.mkdirs("/f")), ErrorCode.ALREADY_EXISTS);
    assertRefused(client.call(Given.mkdirs("/f/x")), ErrorCode.NOT_A_DIRECTORY);
  }

  @Test
  void mkdirs_withoutParents_namesTheMissingOne() {
    client.call(Given.mkdirs("/a"));

    Reply reply = client.call(new Mkdirs("/a/b/c/d", Attributes.NONE, false));

    assertThat(reply)
        .isEqualTo(
            new Reply.Failure(
                ErrorCode.NOT_FOUND, "/a/b/c/d", "the directory /a/b does not exist"));
    assertThat(names("/a")).isEmpty();
  }

  @Test
  void mkdirs_ofABadPath_isRefusedWhole() {
    assertRefused(client.call(Given.mkdirs("/a/../b")), ErrorCode.INVALID_ARGUMENT);
    assertThat(names("/")).isEmpty();
  }

  @Test
  void anyChangeOfEntries_setsTheDirectorysTime() {
    client.call(Given.mkdirs("/a"));
    machine.pass(10);
    client.call(Given.emptyFile("/a/f"));
    assertThat(status("/a").times().modifiedAtMillis()).isEqualTo(machine.now());
    machine.pass(10);
    client.call(new Rename("/a/f", "/g", false));
    assertThat(status("/a").times().modifiedAtMillis()).isEqualTo(machine.now());
    assertThat(status("/").times().modifiedAtMillis()).isEqualTo(machine.now());
    machine.pass(10);
    client.call(new Delete("/g", false));
    assertThat(status("/").times().modifiedAtMillis()).isEqualTo(machine.now());
    assertThat(status("/a").generation()).isEqualTo(1);
  }

  @Test
  void rename_ofADirectory_keepsWhatLiesBelow() {
    client.call(Given.mkdirs("/a/b/c"));
    FileStatus moved = status("/a/b");
    client.call(Given.mkdirs("/x"));

    Reply reply = client.call(new Rename("/a/b", "/x/y", false));

    assertThat(Given.status(reply)).isEqualTo(moved);
    assertThat(names("/a")).isEmpty();
    assertThat(names("/x/y")).containsExactly("c");
  }

  @ParameterizedTest
  @CsvSource({"/a,/a/b/c", "/a,/a/x", "/a/b,/a/b/c/d"})
  void rename_intoItself_isRefused(String source, String destination) {
    client.call(Given.mkdirs("/a/b/c"));

    assertRefused(client.call(new Rename(source, destination, true)), ErrorCode.WOULD_CYCLE);
  }

  @ParameterizedTest
  @CsvSource({
    "/missing,/x,true,NOT_FOUND",
    "/file,/missing/x,true,NOT_FOUND",
    "/file,/other,false,ALREADY_EXISTS",
    "/file,/full,true,IS_A_DIRECTORY",
    "/full,/file,true,NOT_A_DIRECTORY",
    "/empty,/full,true,NOT_EMPTY",
    "/full/sub,/full,true,NOT_EMPTY",
    "/file,/other/x,true,NOT_A_DIRECTORY",
    "/,/x,true,INVALID_ARGUMENT",
    "/file,/,true,IS_A_DIRECTORY",
  })
  void rename_thatCannotBe_isRefusedAndLeavesAllAsItWas(
      String source, String destination, boolean overwrite, ErrorCode expected) {
    client.call(Given.mkdirs("/full/sub"));
    client.call(Given.mkdirs("/empty"));
    client.call(Given.emptyFile("/file"));
    client.call(Given.emptyFile("/other"));

    assertRefused(client.call(new Rename(source, destination, overwrite)), expected);

    assertThat(names("/")).containsExactly("empty", "file", "full", "other");
  }

  @Test
  void rename_ontoItself_changesNothing() {
    client.call(Given.emptyFile("/f"));

    assertThat(Given.status(client.call(new Rename("/f", "/f", false)))).isEqualTo(status("/f"));
  }

  @Test
  void rename_withOverwrite_replaces() {
    client.call(Given.emptyFile("/f"));
    client.call(Given.emptyFile("/g"));
    FileStatus moved = status("/f");
    FileStatus replaced = status("/g");
    client.call(Given.mkdirs("/d"));
    client.call(Given.mkdirs("/e/sub"));

    client.call(new Rename("/f", "/g", true));
    client.call(new Rename("/e", "/d", true));

    assertThat(names("/")).containsExactly("d", "g");
    assertThat(status("/g")).isEqualTo(moved);
    assertThat(names("/d")).containsExactly("sub");
    // Rule R2: whoever opened what was replaced reads on.
    assertThat(machine.namespace().stat(new Target.OfInode(replaced.inodeId()), false).status())
        .isEqualTo(replaced);
  }

  @Test
  void delete_ofADirectoryWithEntries_needsRecursive() {
    client.call(Given.mkdirs("/a/b"));

    assertRefused(client.call(new Delete("/a", false)), ErrorCode.NOT_EMPTY);
    assertThat(client.call(new Delete("/a/b", false))).isEqualTo(Reply.DONE);
    assertThat(client.call(new Delete("/a", false))).isEqualTo(Reply.DONE);
    assertRefused(client.call(new Delete("/a", false)), ErrorCode.NOT_FOUND);
    assertRefused(client.call(new Delete("/", true)), ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void delete_recursive_detachesAtOnceAndReclaimsInBoundedSteps() {
    for (int i = 0; i < 40; i++) {
      client.call(Given.mkdirs("/tree/d" + i % 4 + "/e" + i));
    }
    client.call(Given.emptyFile("/tree/f"));

    client.call(new Delete("/tree", true));

    assertThat(names("/")).isEmpty();
    machine.pass(1);
    int steps = 0;
    Reply.Progress progress;
    do {
      progress = (Reply.Progress) machine.done(new MaintenanceCommand.Reclaim(10));
      assertThat(progress.units()).isBetween(1, 10);
      Invariants.check(machine.reader());
      machine.pass(1);
      steps++;
    } while (progress.more());
    // 45 directories and 45 entries; the file waits for its grace.
    assertThat(steps).isGreaterThan(4);
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(2);
    machine.pass(StateMachine.GRACE_MILLIS);
    machine.maintain();
    assertThat(machine.cluster().count(Counter.INODES)).isEqualTo(1);
  }

  @Test
  void list_inPages_givesEveryNameOnceInByteOrder() {
    List<String> names = List.of("A", "a", "a\nb", "a b", "ab", "z", "é", "😀");
    names.forEach(name -> client.call(Given.mkdirs("/" + name)));

    List<String> listed = new ArrayList<>();
    String after = "";
    ListPage page;
    do {
      page = machine.namespace().list(new Target.OfInode(InodeTable.ROOT), after, 3, true);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      page.items().forEach(item -> listed.add(item.name()));
      after = listed.get(listed.size() - 1);
    } while (!page.complete());

    assertThat(listed).containsExactlyElementsOf(names);
  }

  /** Inodes that lie together are scanned, others looked up: it must make no difference. */
  @Test
  void list_inodesTogetherAndFarApart_givesEachEntryItsOwnStatus() {
    for (int i = 0; i < 30; i++) {
      client.call(Given.mkdirs("/together/" + i));
      if (i % 10 == 0) {
        client.call(Given.mkdirs("/apart/" + i));
      }
    }
    for (int i = 0; i < 30; i += 3) {
      client.call(new Delete("/together/" + i, false));
    }
    client.call(Given.emptyFile("/together/file"));
    client.call(new Rename("/together/7", "/apart/seven", false));

    assertThat(checkedNames("/together")).hasSize(20);
    assertThat(checkedNames("/apart")).containsExactly("0", "10", "20", "seven");
  }

  private List<String> checkedNames(String path) {
    ListPage page = machine.namespace().list(new Target.AtPath(path), "", 100, true);
    assertThat(page.complete()).isTrue();
    for (ListPage.Item item : page.items()) {
      assertThat(item.status()).isEqualTo(status(path + "/" + item.name()));
      assertThat(item.inodeId()).isEqualTo(item.status().inodeId());
    }
    return page.items().stream().map(ListPage.Item::name).toList();
  }

  @Test
  void list_ofAFile_isRefused() {
    client.call(Given.emptyFile("/f"));

    assertThatThrownBy(() -> names("/f"))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_A_DIRECTORY));
  }

  private FileStatus status(String path) {
    return machine.namespace().stat(new Target.AtPath(path), false).status();
  }

  private List<String> names(String path) {
    return machine.namespace().list(new Target.AtPath(path), "", 100, false).items().stream()
        .map(ListPage.Item::name)
        .toList();
  }
}
