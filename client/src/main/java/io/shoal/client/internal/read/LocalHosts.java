package io.shoal.client.internal.read;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows the addresses of this machine, as far as they can be had without asking a name server. */
public final class LocalHosts {
  private static final Logger LOG = LoggerFactory.getLogger(LocalHosts.class);

  private LocalHosts() {}

  /** Returns what tells whether a name or literal address is this machine's. */
  public static Predicate<String> find() {
    Set<String> names = new HashSet<>();
    names.add("localhost");
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(address -> names.add(withoutScope(address.getHostAddress())));
    } catch (SocketException e) {
      LOG.debug("no node counts as local: {}", e.toString());
    }
    return Set.copyOf(names)::contains;
  }

  private static String withoutScope(String address) {
    int percent = address.indexOf('%');
    return percent < 0 ? address : address.substring(0, percent);
  }
}
