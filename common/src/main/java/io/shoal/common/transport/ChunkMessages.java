package io.shoal.common.transport;

import com.google.protobuf.ByteString;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.proto.v1.ChunkDescription;
import io.shoal.proto.v1.ChunkState;
import io.shoal.proto.v1.DescribeChunksReply;
import io.shoal.proto.v1.DescribeChunksRequest;
import io.shoal.proto.v1.InventoryPage;
import io.shoal.proto.v1.InventoryRequest;
import io.shoal.proto.v1.ReadRequest;
import java.util.List;

/**
 * Between this package's records and the messages of {@code chunk.proto}. Malformed values are
 * illegal arguments.
 */
final class ChunkMessages {
  private ChunkMessages() {}

  static io.shoal.proto.v1.WriteAck encodeAck(WriteAck ack) {
    return io.shoal.proto.v1.WriteAck.newBuilder()
        .setReceivedBytes(ack.receivedBytes())
        .setDurableBytes(ack.durableBytes())
        .setDurableCrc32C(ack.durableCrc32c())
        .setVolumeId(ack.volumeId())
        .build();
  }

  static WriteAck decodeAck(io.shoal.proto.v1.WriteAck ack) {
    return new WriteAck(
        ack.getReceivedBytes(), ack.getDurableBytes(), ack.getDurableCrc32C(), ack.getVolumeId());
  }

  static ReadRequest encodeRange(ReadRange range) {
    return ReadRequest.newBuilder()
        .setChunkId(range.chunkId().value())
        .setOffset(range.offset())
        .setLength(range.length())
        .setNodeId(range.nodeId().value())
        .build();
  }

  static ReadRange decodeRange(ReadRequest request) {
    return new ReadRange(
        new ChunkId(request.getChunkId()),
        request.getOffset(),
        request.getLength(),
        new NodeId(request.getNodeId()));
  }

  static io.shoal.proto.v1.LocalFile encodeLocalFile(LocalFile file) {
    io.shoal.proto.v1.LocalFile.Builder message =
        io.shoal.proto.v1.LocalFile.newBuilder()
            .setPath(file.path())
            .setEnd(file.end())
            .setInline(ByteString.copyFrom(file.inline()))
            .setHot(file.hot());
    for (int crc32c : file.blockCrcs()) {
      message.addBlockCrc32C(crc32c);
    }
    return message.build();
  }

  static LocalFile decodeLocalFile(io.shoal.proto.v1.LocalFile message) {
    int blocks = message.getBlockCrc32CCount();
    int end = message.getEnd();
    int begin = (end + LocalFile.BLOCK_BYTES - 1) / LocalFile.BLOCK_BYTES - blocks;
    int[] crcs = message.getBlockCrc32CList().stream().mapToInt(Integer::intValue).toArray();
    return new LocalFile(
        message.getPath(),
        begin * LocalFile.BLOCK_BYTES,
        end,
        crcs,
        message.getInline().asReadOnlyByteBuffer(),
        message.getHot());
  }

  static DescribeChunksRequest encodeIds(List<ChunkId> chunks) {
    DescribeChunksRequest.Builder request = DescribeChunksRequest.newBuilder();
    chunks.forEach(chunk -> request.addChunkIds(chunk.value()));
    return request.build();
  }

  static List<ChunkId> decodeIds(DescribeChunksRequest request) {
    if (request.getChunkIdsCount() > ChunkTransport.DESCRIBE_LIMIT) {
      throw new IllegalArgumentException(
          "chunk_ids: "
              + request.getChunkIdsCount()
              + " (expected: <= "
              + ChunkTransport.DESCRIBE_LIMIT
              + ")");
    }
    return request.getChunkIdsList().stream().map(ChunkId::new).toList();
  }

  static DescribeChunksReply encodeReports(List<ChunkReport> reports) {
    DescribeChunksReply.Builder reply = DescribeChunksReply.newBuilder();
    reports.forEach(report -> reply.addChunks(encode(report)));
    return reply.build();
  }

  static List<ChunkReport> decodeReports(DescribeChunksReply reply) {
    return reply.getChunksList().stream().map(ChunkMessages::decode).toList();
  }

  static InventoryRequest encodeAfter(Long afterChunkId) {
    return InventoryRequest.newBuilder().setAfterChunkId(afterChunkId).build();
  }

  static Long decodeAfter(InventoryRequest request) {
    return request.getAfterChunkId();
  }

  static InventoryPage encodePage(List<ChunkReport> page) {
    InventoryPage.Builder message = InventoryPage.newBuilder();
    page.forEach(report -> message.addChunks(encode(report)));
    return message.build();
  }

  static List<ChunkReport> decodePage(InventoryPage page) {
    return page.getChunksList().stream().map(ChunkMessages::decode).toList();
  }

  private static ChunkDescription encode(ChunkReport report) {
    return ChunkDescription.newBuilder()
        .setChunkId(report.chunkId().value())
        .setState(encode(report.state()))
        .setDurableBytes(report.durableBytes())
        .setCrc32C(report.crc32c())
        .setVolumeId(report.volumeId())
        .setGrantExpiresAtMillis(report.grantExpiresAtMillis())
        .build();
  }

  private static ChunkReport decode(ChunkDescription chunk) {
    return new ChunkReport(
        new ChunkId(chunk.getChunkId()),
        decode(chunk.getState()),
        chunk.getDurableBytes(),
        chunk.getCrc32C(),
        chunk.getVolumeId(),
        chunk.getGrantExpiresAtMillis());
  }

  private static ChunkState encode(ChunkReport.State state) {
    return switch (state) {
      case UNKNOWN -> ChunkState.CHUNK_STATE_UNKNOWN;
      case OPEN -> ChunkState.CHUNK_STATE_OPEN;
      case CLOSED -> ChunkState.CHUNK_STATE_CLOSED;
    };
  }

  private static ChunkReport.State decode(ChunkState state) {
    return switch (state) {
      case CHUNK_STATE_UNKNOWN -> ChunkReport.State.UNKNOWN;
      case CHUNK_STATE_OPEN -> ChunkReport.State.OPEN;
      case CHUNK_STATE_CLOSED -> ChunkReport.State.CLOSED;
      case CHUNK_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "state of a chunk: " + state + " (expected: a known one)");
    };
  }
}
