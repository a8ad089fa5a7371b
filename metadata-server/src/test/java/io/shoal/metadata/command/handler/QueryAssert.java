package io.shoal.metadata.command.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests say of queries. */
final class QueryAssert {
  private QueryAssert() {}

  static void fails(ErrorCode code, ThrowingCallable query) {
    assertThatThrownBy(query)
        .isInstanceOfSatisfying(ShoalException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
