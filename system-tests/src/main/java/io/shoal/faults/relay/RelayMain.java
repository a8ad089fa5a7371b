package io.shoal.faults.relay;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A bad line between two tunnels, whose packets come as datagrams: each is passed on after a delay
 * that is not the same for all, so that some overtake others, and some are passed on twice. Its
 * user gives both ends as {@code HOST:PORT} here and there, and what the line does with packets in
 * each direction.
 */
public final class RelayMain {
  private static final int LARGEST = 64 << 10;

  /** Packets that are under way; more are lost, as by any router. */
  private static final int LIMIT = 20_000;

  /** What happens to a packet. */
  private record Line(long delayNanos, long jitterNanos, int duplicatePercent) {
    static Line parse(String text) {
      String[] part = text.split(",", -1);
      return new Line(
          Duration.ofMillis(Long.parseLong(part[0])).toNanos(),
          Duration.ofMillis(Long.parseLong(part[1])).toNanos(),
          Integer.parseInt(part[2]));
    }
  }

  private record Packet(ByteBuffer bytes, DatagramChannel via, SocketAddress to, long dueNanos)
      implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(dueNanos, ((Packet) other).dueNanos);
    }
  }

  private final DelayQueue<Packet> underWay = new DelayQueue<>();

  private RelayMain() {}

  /**
   * Relays until the process is ended.
   *
   * @param arguments for each of two tunnels: address here, address there, and what happens to what
   *     comes from there: milliseconds of delay, milliseconds that may be added to it, percent of
   *     packets that are doubled, with commas between them
   */
  public static void main(String[] arguments) throws Exception {
    RelayMain relay = new RelayMain();
    DatagramChannel one = bind(arguments[0]);
    DatagramChannel other = bind(arguments[3]);
    SocketAddress behindOne = address(arguments[1]);
    SocketAddress behindOther = address(arguments[4]);
    relay.receive(one, other, behindOther, Line.parse(arguments[2]));
    relay.receive(other, one, behindOne, Line.parse(arguments[5]));
    System.out.println("relays");
    System.out.flush();
    relay.send();
  }

  private static DatagramChannel bind(String address) throws Exception {
    return DatagramChannel.open().bind(address(address));
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private void receive(DatagramChannel from, DatagramChannel via, SocketAddress to, Line line) {
    Thread thread =
        new Thread(
            () -> {
              RandomGenerator random = RandomGenerator.getDefault();
              ByteBuffer buffer = ByteBuffer.allocate(LARGEST);
              while (true) {
                buffer.clear();
                try {
                  from.receive(buffer);
                } catch (java.io.IOException e) {
                  // A tunnel that is not there yet refuses what was sent to it.
                  continue;
                }
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes);
                int copies = random.nextInt(100) < line.duplicatePercent ? 2 : 1;
                for (int i = 0; i < copies && underWay.size() < LIMIT; i++) {
                  long later = line.jitterNanos == 0 ? 0 : random.nextLong(line.jitterNanos);
                  long due = System.nanoTime() + line.delayNanos + later;
                  underWay.add(new Packet(ByteBuffer.wrap(bytes), via, to, due));
                }
              }
            },
            "receive");
    thread.setDaemon(true);
    thread.start();
  }

  private void send() throws InterruptedException {
    while (true) {
      Packet packet = underWay.take();
      try {
        packet.via.send(packet.bytes, packet.to);
      } catch (java.io.IOException e) {
        // Lost, as a packet may be.
      }
    }
  }
}
