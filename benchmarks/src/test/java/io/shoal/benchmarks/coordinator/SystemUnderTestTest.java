package io.shoal.benchmarks.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemUnderTestTest {
  @TempDir private Path directory;

  @Test
  void of_description_isRead() throws IOException {
    Path file = directory.resolve("hdfs.properties");
    Files.writeString(
        file,
        """
        name=hdfs
        about=a peer: its defaults
        adapter=hadoop
        address=conf
        class-path=a.jar:b/*
        pids= 12  13
        workloads=W1 W2
        """);

    SystemUnderTest system = SystemUnderTest.of(file);

    assertThat(system.about()).isEqualTo("a peer: its defaults");
    assertThat(system.serverPids()).containsExactly("12", "13");
    assertThat(system.workloads()).containsExactly("W1", "W2");
    assertThat(system.commandLine()).isEmpty();
  }

  @Test
  void of_descriptionWithoutAnAdapter_isRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("x.properties"), "name=x\nabout=x\n");

    assertThatThrownBy(() -> SystemUnderTest.of(file)).hasMessageEndingWith("adapter is missing");
  }
}
