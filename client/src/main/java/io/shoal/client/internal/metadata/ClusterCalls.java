package io.shoal.client.internal.metadata;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.shoal.client.internal.pipeline.ConnectedServer;
import io.shoal.client.internal.pipeline.RequestPipeline;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.flow.Cancellation;
import io.shoal.common.flow.Retry;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Single questions to the server that the pipeline is connected to, repeated as its calls are. */
final class ClusterCalls {
  private final RequestPipeline pipeline;
  private final Retry retry;

  ClusterCalls(RequestPipeline pipeline, ClientEnvironment environment) {
    this.pipeline = pipeline;
    this.retry =
        new Retry(
            environment.timer(),
            Runnable::run,
            new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2), environment.random()));
  }

  <Q, A> CompletableFuture<A> call(
      String what, MethodDescriptor<Q, A> method, Q question, Deadline deadline) {
    return call(
        what, deadline, (server, answer) -> ask(server, method, question, deadline, answer));
  }

  /**
   * Does something with the server that leads.
   *
   * @param attempt gets the server, and what it has to complete; what it fails with decides whether
   *     it is tried again
   */
  <A> CompletableFuture<A> call(
      String what, Deadline deadline, BiConsumer<ConnectedServer, CompletableFuture<A>> attempt) {
    // Without a connection the pipeline has tried for long enough itself.
    AtomicBoolean connected = new AtomicBoolean();
    return retry.run(
        what,
        deadline,
        failure -> connected.get() && passes(failure.code()),
        number -> {
          connected.set(false);
          CompletableFuture<A> answer = new CompletableFuture<>();
          CompletableFuture<ConnectedServer> server = pipeline.server();
          Listening.to(
              server,
              (found, failure) -> {
                if (failure != null) {
                  answer.completeExceptionally(failure);
                  return;
                }
                connected.set(true);
                attempt.accept(found, answer);
              });
          return Cancellation.forward(answer, server);
        });
  }

  private static boolean passes(ErrorCode code) {
    return code == ErrorCode.NOT_LEADER
        || code == ErrorCode.OVERLOADED
        || code == ErrorCode.UNAVAILABLE;
  }

  private <Q, A> void ask(
      ConnectedServer server,
      MethodDescriptor<Q, A> method,
      Q question,
      Deadline deadline,
      CompletableFuture<A> answer) {
    long left = Math.max(1, deadline.remainingNanos());
    ClientCall<Q, A> call =
        server
            .channel()
            .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.NANOSECONDS));
    Listening.to(
        answer,
        (value, failure) -> {
          if (answer.isCancelled()) {
            call.cancel("nobody waits for the answer", null);
          }
        });
    ClientCalls.asyncUnaryCall(call, question, new Relay<>(server, answer));
  }

  /** Ends an attempt that failed. */
  void fail(ConnectedServer server, ShoalException failure, CompletableFuture<?> answer) {
    if (failure.code() == ErrorCode.NOT_LEADER) {
      pipeline.notLeader(server.server(), failure);
    }
    answer.completeExceptionally(failure);
  }

  /** Passes what the server answers on to a future. */
  private final class Relay<A> implements StreamObserver<A> {
    private final ConnectedServer server;
    private final CompletableFuture<A> answer;
    private @Nullable A value;

    Relay(ConnectedServer server, CompletableFuture<A> answer) {
      this.server = server;
      this.answer = answer;
    }

    @Override
    public void onNext(A received) {
      value = received;
    }

    @Override
    public void onError(Throwable thrown) {
      fail(server, RpcErrors.fromThrowable(thrown, server.server()), answer);
    }

    @Override
    public void onCompleted() {
      A received = value;
      if (received == null) {
        answer.completeExceptionally(
            new ShoalException(ErrorCode.INTERNAL, "", "no answer from " + server.server()));
      } else {
        answer.complete(received);
      }
    }
  }
}
