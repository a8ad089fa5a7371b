package io.shoal.common.testing;

import io.netty.util.LeakPresenceDetector;

/**
 * Counts every tracked buffer in the scope of the test class during which it was allocated. Netty
 * makes one for each kind of resource, by {@code
 * -Dio.netty.customResourceLeakDetector=io.shoal.common.testing.ScopedLeakDetector}, which Shoal's
 * build sets. Start reading with {@link NoLeaks}.
 */
public final class ScopedLeakDetector<T> extends LeakPresenceDetector<T> {
  private static final ResourceScope NO_CLASS = new ResourceScope("no test class");

  private static volatile ResourceScope current = NO_CLASS;

  /** Called by Netty. */
  public ScopedLeakDetector(Class<?> resourceType) {
    super(resourceType);
  }

  /** Called by Netty, which ignores the interval with a detector that counts everything. */
  @SuppressWarnings("unused")
  public ScopedLeakDetector(Class<?> resourceType, int samplingInterval) {
    super(resourceType);
  }

  /** Called by Netty, which ignores the numbers with a detector that counts everything. */
  @SuppressWarnings("unused")
  public ScopedLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
    super(resourceType);
  }

  static void enter(ResourceScope scope) {
    current = scope;
  }

  static void leave() {
    current = NO_CLASS;
  }

  @Override
  protected ResourceScope currentScope() {
    return current;
  }
}
