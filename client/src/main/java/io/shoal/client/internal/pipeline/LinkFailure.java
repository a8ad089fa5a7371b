package io.shoal.client.internal.pipeline;

import io.grpc.Status;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no stream to a server.
 *
 * @param reason for a person
 * @param lasting whether trying again soon is pointless
 * @param refused whether a server is there and does not serve this client
 */
record LinkFailure(String reason, boolean lasting, boolean refused) {
  static LinkFailure of(Status status) {
    return switch (status.getCode()) {
      case UNIMPLEMENTED ->
          new LinkFailure("what answers there is not a metadata server of Shoal", true, false);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          new LinkFailure("it refuses this client: " + status.getDescription(), true, true);
      case OK -> new LinkFailure("it ended the stream", false, false);
      default -> ofConnection(status);
    };
  }

  static LinkFailure noAnswer(long afterMillis) {
    return new LinkFailure("no answer within " + afterMillis + " ms", false, false);
  }

  private static LinkFailure ofConnection(Status status) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return new LinkFailure("unknown host", true, false);
      }
      String message = cause.getMessage();
      if (message != null && message.toLowerCase(Locale.ROOT).contains("connection refused")) {
        return new LinkFailure("connection refused", false, false);
      }
    }
    @Nullable String description = status.getDescription();
    @Nullable Throwable cause = status.getCause();
    String text = description == null ? status.getCode().toString() : description;
    return new LinkFailure(cause == null ? text : text + ": " + cause.getMessage(), false, false);
  }
}
