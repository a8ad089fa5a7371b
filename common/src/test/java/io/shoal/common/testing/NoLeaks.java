package io.shoal.common.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.LeakPresenceDetector.ResourceScope;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a Netty buffer unreleased: {@code @ExtendWith(NoLeaks.class)} on
 * the class. Every direct and every pooled buffer is counted, whoever allocated it, so event loops,
 * channels and servers must be closed by the end of the class (also by {@code @AfterAll} and by
 * extensions that are registered after this one); what they release on their way out is waited for.
 * A buffer counts for the class during which it was allocated.
 *
 * <p>{@code -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true} prints where leaked
 * buffers came from. Test classes must not run in parallel in one JVM.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
  private static final Duration LAST_RELEASES = Duration.ofSeconds(5);

  static {
    install();
  }

  private ResourceScope scope = new ResourceScope("none");

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isNested(context)) {
      return;
    }
    scope = new ResourceScope(context.getRequiredTestClass().getName());
    ScopedLeakDetector.enter(scope);
    checkInstalled();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (isNested(context)) {
      return;
    }
    ScopedLeakDetector.leave();
    if (!Await.holdsWithin(LAST_RELEASES, () -> !scope.hasOpenResources())) {
      scope.close();
    }
  }

  private static boolean isNested(ExtensionContext context) {
    return !context.getEnclosingTestClasses().isEmpty();
  }

  /**
   * Does what the system property does, for an IDE that does not set it: works if no class of
   * Netty's buffers was loaded yet.
   */
  private static void install() {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings("deprecation") // Netty wants this one implemented, deprecated as it is.
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return new ScopedLeakDetector<>(resource);
          }

          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval) {
            return new ScopedLeakDetector<>(resource);
          }
        });
  }

  private void checkInstalled() {
    ByteBuf probe = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
    boolean counted = scope.hasOpenResources();
    probe.release();
    if (!counted) {
      throw new IllegalStateException(
          "leaks can't be seen (expected: -Dio.netty.customResourceLeakDetector="
              + ScopedLeakDetector.class.getName()
              + ")");
    }
  }
}
