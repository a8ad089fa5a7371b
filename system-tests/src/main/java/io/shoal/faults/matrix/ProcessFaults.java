package io.shoal.faults.matrix;

import io.shoal.faults.bed.Server;
import io.shoal.faults.bed.SetClock;
import io.shoal.faults.bed.TestBed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Processes that die or stand still, and clocks that jump. */
final class ProcessFaults {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private ProcessFaults() {}

  static void killNode(Stage stage) throws Exception {
    Server node = stage.bed().anyNode();
    stage.fault();
    node.kill();
    if (stage.random().nextBoolean()) {
      stage.holdUntilDead();
    } else {
      stage.hold();
    }
    node.start();
    stage.hold(SECOND);
  }

  static void killMetadata(Stage stage) throws Exception {
    for (int i = 0; i < stage.times(Duration.ofSeconds(4)); i++) {
      Server leader = stage.bed().leader();
      stage.fault();
      leader.kill();
      stage.hold(Duration.ofMillis(500));
      leader.start();
      stage.hold(Duration.ofSeconds(4));
    }
  }

  static void killAll(Stage stage) throws Exception {
    List<Server> servers = new ArrayList<>(stage.bed().nodes());
    for (Server server : stage.bed().metadata()) {
      servers.add(stage.random().nextInt(servers.size() + 1), server);
    }
    for (Server server : servers) {
      stage.fault();
      server.kill();
    }
    stage.hold(SECOND);
    for (Server server : servers) {
      server.start();
    }
    stage.hold(Duration.ofSeconds(4));
  }

  static void powerCut(Stage stage) throws Exception {
    for (int i = 0; i < stage.times(Duration.ofSeconds(4)); i++) {
      stage.awaitWork();
      stage.fault();
      stage.bed().cutPower();
      stage.hold(SECOND);
      for (Server node : stage.bed().nodes()) {
        node.start();
      }
      for (Server server : stage.bed().metadata()) {
        server.start();
      }
      stage.hold(Duration.ofSeconds(4));
    }
  }

  static void killClient(Stage stage) throws Exception {
    for (int i = 0; i < stage.times(Duration.ofSeconds(2)); i++) {
      stage.fault();
      stage.bed().killWorker();
      stage.awaitWork();
    }
  }

  static void stopNode(Stage stage) throws Exception {
    Server node = stage.bed().anyNode();
    stage.fault();
    node.suspend();
    try {
      stage.holdUntilDead();
    } finally {
      node.resume();
    }
    stage.hold(SECOND);
  }

  static void stopMetadata(Stage stage) throws Exception {
    Server leader = stage.bed().leader();
    stage.fault();
    leader.suspend();
    try {
      stage.hold();
    } finally {
      leader.resume();
    }
    stage.hold(SECOND);
  }

  static void rollingRestart(Stage stage) throws Exception {
    List<Server> servers = new ArrayList<>(stage.bed().nodes());
    servers.addAll(stage.bed().metadata());
    for (Server server : servers) {
      stage.fault();
      server.stop();
      server.start();
      stage.hold(Duration.ofSeconds(3));
    }
  }

  static void killRepairingLeader(Stage stage) throws Exception {
    Server node = stage.bed().anyNode();
    stage.fault();
    node.kill();
    stage.hold(TestBed.DEAD_AFTER);
    for (int i = 0; i < 2; i++) {
      stage.hold(SECOND);
      Server leader = stage.bed().leader();
      stage.fault();
      leader.kill();
      leader.start();
      stage.hold(Duration.ofSeconds(3));
    }
    node.start();
    stage.hold(SECOND);
  }

  static void clock(Stage stage) throws Exception {
    for (SetClock clock : List.of(stage.bed().clockOfNode(), stage.bed().clockOfMetadata())) {
      try {
        for (Duration offset : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
          stage.fault();
          clock.set(offset);
          stage.hold();
        }
      } finally {
        clock.set(Duration.ZERO);
      }
      stage.hold(SECOND);
    }
  }
}
