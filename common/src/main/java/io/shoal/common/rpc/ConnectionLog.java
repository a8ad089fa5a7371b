package io.shoal.common.rpc;

import io.netty.handler.codec.http2.Http2Exception;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what is no news out of gRPC's own log, which goes through {@code java.util.logging}: that a
 * stream was cancelled while something was on its way to it. The owner of the stream is told
 * anyway.
 */
final class ConnectionLog {
  /** Held, because java.util.logging forgets the settings of loggers that nobody holds. */
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger("io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.NettyClientHandler"));

  private ConnectionLog() {}

  /** Makes it so, for the whole process. */
  static void quieten() {
    LOGGERS.forEach(logger -> logger.setFilter(ConnectionLog::isNews));
  }

  private static boolean isNews(LogRecord log) {
    return !(log.getThrown() instanceof Http2Exception.StreamException);
  }
}
