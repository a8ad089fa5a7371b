package io.shoal.common.rpc;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from metadata servers which of them leads: each tells at once what it knows, and again when
 * that changes. One that can't be reached is asked again after a while. To be used on one executor,
 * which runs one task at a time; a task that it refuses is dropped.
 */
public final class LeaderWatch {
  /** Hears what servers say. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A server knows who leads; called on the executor.
     *
     * @param term the greater it is, the newer this is
     */
    void leads(long term, HostPort leader);
  }

  private static final Logger LOG = LoggerFactory.getLogger(LeaderWatch.class);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final Function<HostPort, ManagedChannel> channels;
  private final Timer timer;
  private final Executor executor;
  private final Listener listener;
  private final List<Question> questions = new ArrayList<>();

  /**
   * Makes a watch that asks nobody yet.
   *
   * @param channels makes a channel, which the watch shuts down
   */
  public LeaderWatch(
      Function<HostPort, ManagedChannel> channels,
      Timer timer,
      Executor executor,
      Listener listener) {
    this.channels = channels;
    this.timer = timer;
    this.executor = executor;
    this.listener = listener;
  }

  /** Begins to listen to servers. */
  public void begin(Collection<HostPort> servers) {
    for (HostPort server : servers) {
      Question question = new Question(server);
      questions.add(question);
      question.ask();
    }
  }

  /** Listens to nobody any more; may be called again, and so may {@link #begin}. */
  public void end() {
    questions.forEach(Question::close);
    questions.clear();
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (ShoalException closed) {
      LOG.debug("an answer comes after the end of whoever asked", closed);
    }
  }

  /** What one server is asked, again and again until it is closed. */
  private final class Question {
    private final HostPort server;
    private @Nullable Answers answers;
    private Timer.@Nullable Scheduled retry;
    private boolean closed;

    Question(HostPort server) {
      this.server = server;
    }

    void ask() {
      // It may have been handed over already when it was called off.
      if (closed) {
        return;
      }
      Answers awaited = new Answers(this, channels.apply(server));
      answers = awaited;
      ClusterServiceGrpc.newStub(awaited.channel)
          .watchLeader(WatchLeaderRequest.getDefaultInstance(), awaited);
    }

    void close() {
      closed = true;
      if (retry != null) {
        retry.cancel();
      }
      shutDown();
    }

    private void shutDown() {
      if (answers != null) {
        answers.channel.shutdownNow();
        answers = null;
      }
    }

    void said(Answers from, LeaderNotice notice) {
      if (from != answers || notice.getLeader().isEmpty()) {
        return;
      }
      try {
        listener.leads(notice.getTerm(), HostPort.parse(notice.getLeader()));
      } catch (IllegalArgumentException malformed) {
        LOG.warn("{} names as leader '{}', which is no address", server, notice.getLeader());
      }
    }

    void ended(Answers from, @Nullable Throwable failure) {
      if (from != answers) {
        return;
      }
      LOG.debug("{} does not tell who leads: {}", server, String.valueOf(failure));
      shutDown();
      retry = timer.schedule(RETRY_DELAY, LeaderWatch.this::execute, this::ask);
    }
  }

  /** One stream of answers. */
  private final class Answers implements StreamObserver<LeaderNotice> {
    private final Question question;
    private final ManagedChannel channel;

    Answers(Question question, ManagedChannel channel) {
      this.question = question;
      this.channel = channel;
    }

    @Override
    public void onNext(LeaderNotice notice) {
      execute(() -> question.said(this, notice));
    }

    @Override
    public void onError(Throwable failure) {
      execute(() -> question.ended(this, failure));
    }

    @Override
    public void onCompleted() {
      execute(() -> question.ended(this, null));
    }
  }
}
