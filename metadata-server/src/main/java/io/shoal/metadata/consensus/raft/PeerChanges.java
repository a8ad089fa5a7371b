package io.shoal.metadata.consensus.raft;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Timer;
import io.shoal.metadata.consensus.LogPeer;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.PeerGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.protocol.exceptions.TransferLeadershipException;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells who keeps the log, as its configuration has it, and changes that. */
final class PeerChanges implements PeerGroup {
  private static final Logger log = LoggerFactory.getLogger(PeerChanges.class);

  /** Followers answer several times in a second. */
  private static final long HEARD_MILLIS = 3_000;

  private static final long TRANSFER_MILLIS = 5_000;

  /** A server that joins and runs takes a connection in far less. */
  private static final int CONNECT_MILLIS = 3_000;

  /** After so long without a word a server that joins is given up. */
  private static final long JOINING_SILENCE_MILLIS = 10_000;

  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
  private static final int RETRY_AFTER_MILLIS = 500;

  private final RaftServer server;
  private final RaftGroupId groupId;
  private final Peer self;
  private final RaftPeerId selfId;
  private final Timer timer;
  private final Requests requests;
  private final RaftEvents events;

  /**
   * Numbers requests.
   *
   * @param clientId whom they come from
   */
  record Requests(ClientId clientId, LongSupplier callIds) {}

  PeerChanges(
      RaftServer server,
      RaftGroupId groupId,
      Peer self,
      Timer timer,
      Requests requests,
      RaftEvents events) {
    this.server = server;
    this.groupId = groupId;
    this.self = self;
    this.selfId = RaftPeerId.valueOf(self.id());
    this.timer = timer;
    this.requests = requests;
    this.events = events;
  }

  /** Returns a peer as the configuration has it. */
  static RaftPeer toRaft(Peer peer) {
    return RaftPeer.newBuilder()
        .setId(peer.id())
        .setAddress(new HostPort(peer.service().host(), peer.raftPort()).toString())
        .setClientAddress(peer.service().toString())
        .build();
  }

  private RaftServer.Division division() {
    try {
      return server.getDivision(groupId);
    } catch (IOException closed) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "", "this metadata server shuts down", closed);
    }
  }

  @Override
  public List<LogPeer> peers() {
    RaftServer.Division division = division();
    RaftPeerId leader = division.getInfo().getLeaderId();
    Map<String, Long> committed = new HashMap<>();
    for (CommitInfoProto info : division.getCommitInfos()) {
      committed.put(nameOf(info.getServer()), info.getCommitIndex());
    }
    Map<String, Long> silent = silentMillis(division);
    return division.getRaftConf().getAllPeers().stream()
        .map(
            peer ->
                new LogPeer(
                    peer.getId().toString(),
                    peer.getClientAddress() == null ? "" : peer.getClientAddress(),
                    peer.getId().equals(leader),
                    Math.max(0, committed.getOrDefault(peer.getId().toString(), 0L)),
                    silent.getOrDefault(peer.getId().toString(), 0L)))
        .sorted(Comparator.comparing(LogPeer::id))
        .toList();
  }

  /** Returns how long the leader has heard nothing of each follower, and of each that joins. */
  private static Map<String, Long> silentMillis(RaftServer.Division division) {
    Map<String, Long> silent = new HashMap<>();
    for (ServerRpcProto follower :
        division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
      silent.put(nameOf(follower.getId()), follower.getLastRpcElapsedTimeMs());
    }
    return silent;
  }

  private static String nameOf(RaftPeerProto peer) {
    return RaftPeerId.valueOf(peer.getId()).toString();
  }

  @Override
  public CompletableFuture<Void> change(Optional<Peer> added, Optional<String> removed) {
    try {
      return tryChange(added, removed);
    } catch (ShoalException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private CompletableFuture<Void> tryChange(Optional<Peer> added, Optional<String> removed) {
    List<RaftPeer> before = List.copyOf(division().getRaftConf().getCurrentPeers());
    List<RaftPeer> after = after(before, added, removed);
    if (Set.copyOf(before).equals(Set.copyOf(after))) {
      return CompletableFuture.completedFuture(null);
    }
    checkMajority(after, added);
    if (removed.equals(Optional.of(self.id()))) {
      return transferLeadership(closest(after))
          .thenRun(
              () -> {
                throw new ShoalException(
                    ErrorCode.NOT_LEADER, "", self.id() + " goes, so that it leads no more");
              });
    }
    log.info("The metadata servers are to be {} (so far: {})", after, before);
    if (added.isEmpty()) {
      return configure(before, after);
    }
    return reach(added.get()).thenCompose(there -> bringUp(added.get(), before, after));
  }

  private CompletableFuture<Void> configure(List<RaftPeer> before, List<RaftPeer> after) {
    SetConfigurationRequest request =
        new SetConfigurationRequest(
            requests.clientId(),
            selfId,
            groupId,
            requests.callIds().getAsLong(),
            SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(before)
                .setServersInNewConf(after)
                .build());
    return ask(() -> server.setConfigurationAsync(request), "change");
  }

  /** Completes if somebody listens there: a wrong address is to be told at once. */
  private static CompletableFuture<Void> reach(Peer peer) {
    return CompletableFuture.runAsync(
        () -> {
          try (Socket probe = new Socket()) {
            probe.connect(
                new InetSocketAddress(peer.service().host(), peer.raftPort()), CONNECT_MILLIS);
          } catch (IOException failure) {
            throw notThere(peer, failure);
          }
        },
        task -> new Thread(task, "peer-probe").start());
  }

  /**
   * Ratis looks whether a server that joins is still there only while it has nothing else to do,
   * and takes no other change meanwhile: so we look. That it stops waiting takes another leader.
   */
  private CompletableFuture<Void> bringUp(Peer added, List<RaftPeer> before, List<RaftPeer> after) {
    CompletableFuture<Void> answer = configure(before, after);
    CompletableFuture<Void> result = answer.copy();
    lookLater(added, result);
    return result;
  }

  private void lookLater(Peer added, CompletableFuture<Void> result) {
    try {
      var unused = timer.schedule(LOOK_INTERVAL, Runnable::run, () -> look(added, result));
    } catch (ShoalException closed) {
      result.completeExceptionally(closed);
    }
  }

  private void look(Peer added, CompletableFuture<Void> result) {
    if (result.isDone()) {
      return;
    }
    try {
      long silent = silentMillis(division()).getOrDefault(added.id(), 0L);
      if (silent < JOINING_SILENCE_MILLIS) {
        lookLater(added, result);
      } else if (result.completeExceptionally(notThere(added, null))) {
        log.warn("{} says nothing for {} ms: it is given up, and another one leads", added, silent);
        stepDown();
      }
    } catch (ShoalException closed) {
      result.completeExceptionally(closed);
    }
  }

  /** Lets the others elect one of them, or this one again. */
  private void stepDown() {
    TransferLeadershipRequest request =
        new TransferLeadershipRequest(
            requests.clientId(), selfId, groupId, requests.callIds().getAsLong(), null, 0);
    var unused =
        ask(() -> server.transferLeadershipAsync(request), "step down")
            .exceptionally(
                failure -> {
                  log.warn("this server could not step down", failure);
                  return null;
                });
  }

  private static ShoalException notThere(Peer peer, @Nullable Throwable cause) {
    return new ShoalException(
        ErrorCode.INVALID_ARGUMENT,
        peer.id(),
        "nobody answers at "
            + new HostPort(peer.service().host(), peer.raftPort())
            + " (expected: the new metadata server, which runs with a data directory made by"
            + " --join)",
        cause);
  }

  private List<RaftPeer> after(
      List<RaftPeer> before, Optional<Peer> added, Optional<String> removed) {
    List<RaftPeer> after = new ArrayList<>();
    for (RaftPeer peer : before) {
      if (peer.getId().equals(selfId) && !peer.getAddress().equals(toRaft(self).getAddress())) {
        // Ratis keeps to the first address of a peer that it comes across in the log.
        throw new ShoalException(
            ErrorCode.INVALID_ARGUMENT,
            self.id(),
            "the log began with "
                + self.id()
                + " at "
                + peer.getAddress()
                + " (expected: "
                + toRaft(self).getAddress()
                + "): a server that was alone without a port for others stays alone");
      }
      if (!peer.getId().toString().equals(removed.orElse(""))) {
        after.add(peer);
      }
    }
    if (removed.isPresent() && after.size() == before.size()) {
      if (added.isPresent() && contains(before, added.get())) {
        return before;
      }
      throw new ShoalException(
          ErrorCode.NOT_FOUND,
          removed.get(),
          "there is no metadata server " + removed.get() + " (there are: " + names(before) + ")");
    }
    if (added.isPresent() && !contains(before, added.get())) {
      after.add(toRaft(added.get()));
    }
    if (after.isEmpty()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          removed.orElse(""),
          removed.orElse("") + " is the only metadata server (expected: one of several)");
    }
    return after;
  }

  /** Tells whether a peer is there; at another address it is another one. */
  private static boolean contains(List<RaftPeer> peers, Peer wanted) {
    RaftPeer there =
        peers.stream()
            .filter(peer -> peer.getId().toString().equals(wanted.id()))
            .findFirst()
            .orElse(null);
    if (there == null) {
      return false;
    }
    RaftPeer same = toRaft(wanted);
    if (!there.getAddress().equals(same.getAddress())
        || !wanted.service().toString().equals(there.getClientAddress())) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          wanted.id(),
          "there is a metadata server "
              + wanted.id()
              + " at "
              + there.getClientAddress()
              + " (expected: an id that was never used)");
    }
    return true;
  }

  private static String names(List<RaftPeer> peers) {
    return peers.stream()
        .map(peer -> peer.getId().toString())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** What is left must be able to go on; who is added is heard before it counts. */
  private void checkMajority(List<RaftPeer> after, Optional<Peer> added) {
    Set<String> heard =
        peers().stream()
            .filter(peer -> peer.silentMillis() < HEARD_MILLIS)
            .map(LogPeer::id)
            .collect(Collectors.toSet());
    added.ifPresent(peer -> heard.add(peer.id()));
    long stay = after.stream().filter(peer -> heard.contains(peer.getId().toString())).count();
    int needed = after.size() / 2 + 1;
    if (stay < needed) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          names(after),
          "of the "
              + after.size()
              + " metadata servers that there would be, "
              + stay
              + " can be heard (expected: at least "
              + needed
              + ", or nothing could be changed any more)");
    }
  }

  /** Returns the one of some others that lacks least. */
  private Optional<String> closest(List<RaftPeer> among) {
    Set<String> names =
        among.stream().map(peer -> peer.getId().toString()).collect(Collectors.toSet());
    return peers().stream()
        .filter(peer -> !peer.id().equals(self.id()) && names.contains(peer.id()))
        .filter(peer -> peer.silentMillis() < HEARD_MILLIS)
        .max(Comparator.comparingLong(LogPeer::committedIndex))
        .map(LogPeer::id);
  }

  @Override
  public CompletableFuture<Void> transferLeadership(Optional<String> id) {
    try {
      return tryTransferLeadership(id);
    } catch (ShoalException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private CompletableFuture<Void> tryTransferLeadership(Optional<String> id) {
    List<RaftPeer> all = List.copyOf(division().getRaftConf().getCurrentPeers());
    String next =
        id.or(() -> closest(all))
            .orElseThrow(
                () ->
                    new ShoalException(
                        ErrorCode.INVALID_ARGUMENT,
                        "",
                        "no other metadata server can be heard (expected: one that could lead)"));
    if (all.stream().noneMatch(peer -> peer.getId().toString().equals(next))) {
      throw new ShoalException(
          ErrorCode.NOT_FOUND,
          next,
          "there is no metadata server " + next + " (there are: " + names(all) + ")");
    }
    log.info("{} is to lead", next);
    events.onHandingOver();
    TransferLeadershipRequest request =
        new TransferLeadershipRequest(
            requests.clientId(),
            selfId,
            groupId,
            requests.callIds().getAsLong(),
            RaftPeerId.valueOf(next),
            TRANSFER_MILLIS);
    return ask(() -> server.transferLeadershipAsync(request), next);
  }

  /** Asks Ratis. */
  private interface Question {
    CompletableFuture<RaftClientReply> ask() throws IOException;
  }

  private static CompletableFuture<Void> ask(Question question, String subject) {
    CompletableFuture<RaftClientReply> asked;
    try {
      asked = question.ask();
    } catch (IOException | RuntimeException failure) {
      asked = CompletableFuture.failedFuture(failure);
    }
    return asked.handle(
        (reply, thrown) -> {
          Throwable failure = reply == null ? rootOf(thrown) : reply.getException();
          if (failure != null) {
            throw typed(failure, subject);
          }
          return null;
        });
  }

  private static @Nullable Throwable rootOf(@Nullable Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private static ShoalException typed(Throwable failure, String subject) {
    if (failure instanceof NotLeaderException) {
      return new ShoalException(ErrorCode.NOT_LEADER, "", "this server leads no more", failure);
    }
    if (failure instanceof ReconfigurationInProgressException) {
      return new ShoalException(
          ErrorCode.OVERLOADED,
          subject,
          "another change of the metadata servers is under way",
          RETRY_AFTER_MILLIS,
          failure);
    }
    if (failure instanceof ReconfigurationTimeoutException) {
      return new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          subject,
          "the new metadata server answers no more (expected: one that runs, with a data directory"
              + " made by --join)",
          failure);
    }
    if (failure instanceof SetConfigurationException) {
      return new ShoalException(
          ErrorCode.OUTCOME_UNKNOWN,
          subject,
          "the metadata servers changed meanwhile; look at: shoal admin metadata",
          failure);
    }
    if (failure instanceof TransferLeadershipException) {
      return new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          subject,
          "it did not take over in time, and this server leads on: " + failure.getMessage(),
          failure);
    }
    return new ShoalException(
        ErrorCode.OUTCOME_UNKNOWN, subject, "no answer to the change: " + failure, failure);
  }
}
