package io.shoal.metadata.command.handler;

import java.util.random.RandomGenerator;

/**
 * A step of the model test, drawn without knowing the state. Clients and files are named by small
 * numbers, of which the runner takes what there is.
 */
sealed interface ModelStep {
  /** What a step presumes of a path. */
  enum Condition {
    ABSENT,
    ANYTHING,
    WHAT_IS_THERE,
    STALE
  }

  /** How a commit writes. */
  record Write(int length, int replicas, boolean sameChunk, boolean seal) {}

  record Mkdirs(int client, String path, boolean parents) implements ModelStep {}

  record Put(int client, String path, Condition condition, boolean parents, Write write)
      implements ModelStep {}

  record Create(int client, String path, Condition condition) implements ModelStep {}

  record GrowPending(int client, int which, Write write) implements ModelStep {}

  record Grow(int client, String path, boolean stale, Write write) implements ModelStep {}

  record Publish(int client, int which, String path, Condition condition, boolean parents)
      implements ModelStep {}

  record Abandon(int client, int which) implements ModelStep {}

  record Rename(int client, String source, String destination, boolean overwrite)
      implements ModelStep {}

  record Delete(int client, String path, boolean recursive) implements ModelStep {}

  record SetMode(int client, String path, int mode) implements ModelStep {}

  record Fence(int client, String path) implements ModelStep {}

  /** Cuts a file to so many hundredths of its length. */
  record Truncate(int client, String path, int percent) implements ModelStep {}

  record CloneTo(int client, String source, String destination, int limit) implements ModelStep {}

  record Retry(int client) implements ModelStep {}

  record Close(int client) implements ModelStep {}

  record Pass(int millis) implements ModelStep {}

  record Maintain(int unitLimit) implements ModelStep {}

  record CollectGarbage() implements ModelStep {}

  static ModelStep draw(RandomGenerator random) {
    int client = random.nextInt(2);
    return switch (random.nextInt(25)) {
      case 0, 1 -> new Mkdirs(client, path(random), random.nextBoolean());
      case 2, 3, 4 ->
          new Put(client, path(random), condition(random), random.nextBoolean(), write(random));
      case 5 -> new Create(client, path(random), condition(random));
      case 6, 7 -> new GrowPending(client, random.nextInt(3), write(random));
      case 8, 9, 10 -> new Grow(client, path(random), random.nextInt(8) == 0, write(random));
      case 11 ->
          new Publish(
              client, random.nextInt(3), path(random), condition(random), random.nextBoolean());
      case 12 -> new Abandon(client, random.nextInt(3));
      case 13, 14 -> new Rename(client, path(random), path(random), random.nextBoolean());
      case 15 -> new Delete(client, path(random), random.nextBoolean());
      case 16 -> new SetMode(client, path(random), random.nextInt(010000));
      case 17 -> new Fence(client, path(random));
      case 24 -> new Truncate(client, path(random), random.nextInt(11) * 11);
      case 18 -> new CloneTo(client, path(random), path(random), 1 + random.nextInt(3));
      case 19 -> new Retry(client);
      case 20 -> random.nextInt(4) == 0 ? new Close(client) : new CollectGarbage();
      case 21, 22 -> new Pass(random.nextInt(random.nextInt(10) == 0 ? 400_000 : 30_000));
      default -> new Maintain(1 + random.nextInt(6));
    };
  }

  private static String path(RandomGenerator random) {
    StringBuilder path = new StringBuilder();
    int depth = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < depth; i++) {
      path.append('/').append((char) ('a' + random.nextInt(3)));
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  private static Condition condition(RandomGenerator random) {
    Condition[] all = Condition.values();
    return all[random.nextInt(all.length)];
  }

  private static Write write(RandomGenerator random) {
    int length = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(50);
    int replicas = random.nextInt(12) == 0 ? 1 : 2 + random.nextInt(2);
    return new Write(length, replicas, random.nextBoolean(), random.nextInt(3) == 0);
  }
}
