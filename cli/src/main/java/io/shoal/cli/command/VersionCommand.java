package io.shoal.cli.command;

import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.client.ClusterStatus;
import io.shoal.common.error.ShoalException;

/** Tells the versions of this program and of the cluster. */
@Parameters(
    commandDescription =
        "tell the version of this program and, if it can be reached, of the cluster")
final class VersionCommand implements Command {
  @Override
  public String name() {
    return "version";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public String example() {
    return "shoal version    # same as: shoal --version";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    String own = ownVersion();
    try {
      ClusterStatus cluster = context.await(context.client().cluster());
      if (context.json()) {
        context.output().line(document(own, cluster));
        return;
      }
      context.output().line("shoal " + own);
      context.output().line("cluster " + cluster.clusterId() + ", version " + cluster.version());
    } catch (ShoalException | CommandException e) {
      // The version of the program is the answer; that there is no cluster is no failure.
      context
          .output()
          .line(
              context.json()
                  ? Json.object(json -> json.writeStringField("version", own))
                  : "shoal " + own);
      context.note("cluster: not reached: " + e.getMessage());
    }
  }

  private static String document(String own, ClusterStatus cluster) {
    return Json.object(
        json -> {
          json.writeStringField("version", own);
          json.writeStringField("clusterId", cluster.clusterId());
          json.writeStringField("clusterVersion", cluster.version());
        });
  }

  private static String ownVersion() {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
