package io.shoal.client.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeLiveness;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChunkReplicasTest {
  /** A metadata server that does not lead does not know; that is nothing against a node. */
  @ParameterizedTest
  @CsvSource({
    "NODE_LIVENESS_ALIVE,true",
    "NODE_LIVENESS_UNSPECIFIED,true",
    "NODE_LIVENESS_SUSPECT,false",
    "NODE_LIVENESS_DEAD,false"
  })
  void nodesOf_tellsWhetherANodeIsTakenForAlive(NodeLiveness liveness, boolean alive) {
    NodeAddress address =
        NodeAddress.newBuilder()
            .setNodeId(7)
            .setHost("10.0.0.1")
            .setPort(7500)
            .setLiveness(liveness)
            .build();
    assertThat(ChunkReplicas.nodesOf(List.of(address)).get(7).alive()).isEqualTo(alive);
  }
}
