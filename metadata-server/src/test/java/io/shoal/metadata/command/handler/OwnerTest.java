package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.metadata.command.NamespaceCommand.Clone;
import io.shoal.metadata.command.NamespaceCommand.Commit;
import io.shoal.metadata.command.NamespaceCommand.CommitFile;
import io.shoal.metadata.command.NamespaceCommand.CreateFile;
import io.shoal.metadata.command.NamespaceCommand.Mkdirs;
import io.shoal.metadata.command.NamespaceCommand.Publish;
import io.shoal.metadata.command.NamespaceCommand.Rename;
import io.shoal.metadata.command.NamespaceCommand.SetAttributes;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom new files and directories belong to. */
class OwnerTest {
  private final StateMachine machine = StateMachine.withCluster();
  private final StateMachine.Client ann = machine.client("ann", "staff");
  private final StateMachine.Client bob = machine.client("bob", "guests");

  @AfterEach
  void tablesAreInStep() {
    Invariants.check(machine.reader());
  }

  @Test
  void mkdirs_everyDirectoryOfThePath_belongsToTheSession() {
    ann.call(Given.mkdirs("/a"));
    bob.call(Given.mkdirs("/a/b/c"));

    assertThat(owner("/a")).isEqualTo("ann:staff");
    assertThat(owner("/a/b")).isEqualTo("bob:guests");
    assertThat(owner("/a/b/c")).isEqualTo("bob:guests");
  }

  @Test
  void root_belongsToNobody() {
    ann.call(Given.mkdirs("/"));

    assertThat(owner("/")).isEqualTo(":");
  }

  @Test
  void pendingFile_belongsToTheSession_andSoDoParentsMadeWhenItIsPublished() {
    FileStatus pending =
        Given.status(
            ann.call(
                new CreateFile(
                    "/x/y/f", Precondition.ABSENT, Attributes.NONE, FilePolicy.DEFAULT, true)));
    assertThat(owner(pending)).isEqualTo("ann:staff");

    ann.call(
        new Commit(
            new CommitFile.Existing(pending.version()),
            List.of(),
            List.of(),
            new Publish("/x/y/f", Precondition.ABSENT, true),
            Attributes.NONE));

    assertThat(owner("/x/y/f")).isEqualTo("ann:staff");
    assertThat(owner("/x/y")).isEqualTo("ann:staff");
    assertThat(owner("/x")).isEqualTo("ann:staff");
  }

  @Test
  void fileOfOneCommit_belongsToTheSession() {
    ann.call(Given.emptyFile("/f"));

    assertThat(owner("/f")).isEqualTo("ann:staff");
  }

  @Test
  void replacedFile_belongsToWhoReplacedIt() {
    ann.call(Given.emptyFile("/f"));
    FileStatus pending = Given.status(bob.call(Given.create("/f", Precondition.ANYTHING)));
    bob.call(Given.publishing(pending.version(), "/f", Precondition.ANYTHING));

    assertThat(owner("/f")).isEqualTo("bob:guests");
  }

  @Test
  void copy_belongsToWhoCopies() {
    Given.Grants grants = Given.grants(ann.sessionId(), machine.now() + 900_000);
    FileStatus source =
        Given.status(
            ann.call(
                Given.file(
                    "/f", Precondition.ABSENT, grants.commit(machine.newChunkId(), 10, true))));
    FileStatus copy = Given.status(bob.call(Given.create("/copy", Precondition.ABSENT)));
    bob.call(new Clone(source.version(), 0, 10, copy.version()));
    bob.call(
        Given.publishing(Given.version(copy.inodeId().value(), 2), "/copy", Precondition.ABSENT));

    assertThat(owner("/copy")).isEqualTo("bob:guests");
    assertThat(status("/copy").length()).isEqualTo(10);
    assertThat(owner("/f")).isEqualTo("ann:staff");
  }

  @Test
  void attributes_sayOtherwise() {
    ann.call(new Mkdirs("/d", owned("carol", null), false));
    ann.call(
        new Commit(
            new CommitFile.Created(
                new CreateFile(
                    "/f", Precondition.ABSENT, owned(null, "wheel"), FilePolicy.DEFAULT, false)),
            List.of(),
            List.of(),
            Given.publish("/f", Precondition.ABSENT),
            Attributes.NONE));
    ann.call(new Mkdirs("/nobody", owned("", ""), false));

    assertThat(owner("/d")).isEqualTo("carol:staff");
    assertThat(owner("/f")).isEqualTo("ann:wheel");
    assertThat(owner("/nobody")).isEqualTo(":");
  }

  @Test
  void whatOthersChange_keepsItsOwner() {
    ann.call(Given.emptyFile("/f"));

    bob.call(new Rename("/f", "/g", false));
    bob.call(new SetAttributes(new Target.AtPath("/g"), Given.mode(0600)));
    FileStatus file = status("/g");
    Given.Grants grants = Given.grants(bob.sessionId(), machine.now() + 900_000);
    bob.call(Given.append(file, grants.commit(machine.newChunkId(), 5, true), 0));

    assertThat(status("/g").length()).isEqualTo(5);
    assertThat(owner("/g")).isEqualTo("ann:staff");
  }

  @Test
  void sessionThatNamesNobody_makesFilesOfNobody() {
    StateMachine.Client nobody = machine.client();
    nobody.call(Given.emptyFile("/f"));
    nobody.call(Given.mkdirs("/d"));

    assertThat(owner("/f")).isEqualTo(":");
    assertThat(owner("/d")).isEqualTo(":");
  }

  private static Attributes owned(@Nullable String owner, @Nullable String group) {
    return new Attributes(null, owner, group, null, new TreeMap<>(), new TreeSet<>());
  }

  private FileStatus status(String path) {
    return machine.namespace().stat(new Target.AtPath(path), false).status();
  }

  private String owner(String path) {
    return owner(status(path));
  }

  private static String owner(FileStatus status) {
    return status.ownership().owner() + ":" + status.ownership().group();
  }
}
