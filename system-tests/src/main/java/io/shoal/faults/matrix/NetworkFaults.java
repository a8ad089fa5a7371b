package io.shoal.faults.matrix;

import io.shoal.faults.bed.BadLine;
import io.shoal.faults.bed.Server;
import java.time.Duration;

/** Lines that are cut, and packets that are lost or late. */
final class NetworkFaults {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What a leader logs that hears nobody. */
  private static final String HELD_BACK = "none of them is declared dead";

  private NetworkFaults() {}

  static void cutFromNode(Stage stage) throws Exception {
    stage.fault();
    stage.bed().network().cutFrom(stage.bed().anyNode().host());
    healAfterwards(stage);
  }

  static void cutToNode(Stage stage) throws Exception {
    stage.fault();
    stage.bed().network().cutTo(stage.bed().anyNode().host());
    healAfterwards(stage);
  }

  static void cutNode(Stage stage) throws Exception {
    stage.fault();
    int host = stage.bed().anyNode().host();
    stage.bed().network().cutFrom(host);
    stage.bed().network().cutTo(host);
    try {
      stage.holdUntilDead();
    } finally {
      stage.bed().network().heal();
    }
    stage.hold(SECOND);
  }

  static void cutMetadata(Stage stage) throws Exception {
    stage.fault();
    int host = stage.bed().leader().host();
    stage.bed().network().cutFrom(host);
    if (stage.random().nextBoolean()) {
      stage.bed().network().cutTo(host);
    }
    healAfterwards(stage);
  }

  static void cutNodesFromMetadata(Stage stage) throws Exception {
    Server metadata = stage.bed().leader();
    long before = stage.bed().countInLog(metadata, HELD_BACK);
    for (Server node : stage.bed().nodes()) {
      stage.fault();
      stage.bed().network().cutBetween(metadata.host(), node.host());
      stage.bed().network().cutBetween(node.host(), metadata.host());
    }
    try {
      stage.holdUntilDead();
      stage.awaitNoted(metadata, HELD_BACK, before);
    } finally {
      stage.bed().network().heal();
    }
    stage.hold(SECOND);
  }

  static void lostAnswers(Stage stage) throws Exception {
    int host = stage.bed().leader().host();
    for (int i = 0; i < stage.times(SECOND); i++) {
      stage.fault();
      stage.bed().network().breakFrom(host);
      stage.hold(Duration.ofMillis(200));
      stage.bed().network().heal();
      stage.hold(SECOND);
    }
  }

  static void flapping(Stage stage) throws Exception {
    int host = stage.bed().anyNode().host();
    for (int i = 0; i < stage.times(SECOND); i++) {
      stage.fault();
      stage.bed().network().cutFrom(host);
      stage.bed().network().cutTo(host);
      stage.hold(Duration.ofMillis(500));
      stage.bed().network().heal();
      stage.hold(Duration.ofMillis(500));
    }
  }

  static void loss(Stage stage) throws Exception {
    stage.fault();
    stage.bed().network().lose(5);
    healAfterwards(stage);
  }

  private static void healAfterwards(Stage stage) throws Exception {
    try {
      stage.hold();
    } finally {
      stage.bed().network().heal();
    }
    stage.hold(SECOND);
  }

  static void badLine(Stage stage) throws Exception {
    stage.fault();
    BadLine.Quality bad = new BadLine.Quality(300, 50, 2);
    int host = stage.bed().anyNode().host();
    BadLine line = new BadLine(stage.bed().network(), host, bad, bad);
    try {
      stage.hold();
    } finally {
      line.close();
    }
    stage.hold(SECOND);
  }
}
