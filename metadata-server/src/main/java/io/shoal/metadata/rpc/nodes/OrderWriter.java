package io.shoal.metadata.rpc.nodes;

import io.shoal.common.id.ChunkId;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.repair.RepairOrders.Check;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.repair.RepairOrders.Copy;
import io.shoal.proto.v1.CheckChunks;
import io.shoal.proto.v1.ChunkToCheck;
import io.shoal.proto.v1.CopyChunk;
import io.shoal.proto.v1.DeleteChunks;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeOrder;
import java.util.List;

/** Writes orders to nodes as messages. */
final class OrderWriter {
  private OrderWriter() {}

  static NodeOrder delete(List<ChunkId> chunkIds) {
    DeleteChunks.Builder order = DeleteChunks.newBuilder();
    chunkIds.forEach(chunkId -> order.addChunkIds(chunkId.value()));
    return NodeOrder.newBuilder().setDelete(order).build();
  }

  static NodeOrder check(Check check) {
    CheckChunks.Builder order =
        CheckChunks.newBuilder().setOrderId(check.orderId()).setRead(check.read());
    for (Content content : check.chunks()) {
      order.addChunks(
          ChunkToCheck.newBuilder()
              .setChunkId(content.chunkId().value())
              .setLength(content.length())
              .setCrc32C(content.crc32c()));
    }
    return NodeOrder.newBuilder().setCheck(order).build();
  }

  static NodeOrder copy(Copy copy) {
    CopyChunk.Builder order =
        CopyChunk.newBuilder()
            .setOrderId(copy.orderId())
            .setChunkId(copy.content().chunkId().value())
            .setLength(copy.content().length())
            .setCrc32C(copy.content().crc32c())
            .setExpiresAtMillis(copy.expiresAtMillis());
    for (NodeRecord source : copy.sources()) {
      order.addSources(
          NodeAddress.newBuilder()
              .setNodeId(source.nodeId().value())
              .setHost(source.description().host())
              .setPort(source.description().port())
              .setFailureDomain(source.description().failureDomain()));
    }
    return NodeOrder.newBuilder().setCopy(order).build();
  }
}
