package io.shoal.common.transport;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.id.ChunkId;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.proto.v1.DescribeChunksReply;
import io.shoal.proto.v1.DescribeChunksRequest;
import io.shoal.proto.v1.InventoryPage;
import io.shoal.proto.v1.InventoryRequest;
import io.shoal.proto.v1.ReadRequest;
import java.util.List;

/**
 * The methods of {@code shoal.v1.ChunkService}, with marshallers of our own; on the wire no
 * different from the generated ones.
 */
final class ChunkMethods {
  final MethodDescriptor<Envelope<WriteFrame>, Envelope<WriteAck>> write;
  final MethodDescriptor<Envelope<ReadRange>, Envelope<ReadFrame>> read;
  final MethodDescriptor<Envelope<ExchangeRequest>, Envelope<ExchangeReply>> exchange;
  final MethodDescriptor<Envelope<ReadRange>, Envelope<LocalFile>> localFile;
  final MethodDescriptor<Envelope<List<ChunkId>>, Envelope<List<ChunkReport>>> describe;
  final MethodDescriptor<Envelope<Long>, Envelope<List<ChunkReport>>> inventory;

  /**
   * Makes the descriptors.
   *
   * @param allocator of payloads that have to be copied when they are received
   */
  ChunkMethods(ByteBufAllocator allocator) {
    write =
        ChunkServiceGrpc.getWriteChunkMethod().toBuilder(
                new WriteFrameMarshaller(allocator),
                new MessageMarshaller<>(
                    io.shoal.proto.v1.WriteAck.class,
                    io.shoal.proto.v1.WriteAck.getDefaultInstance(),
                    ChunkMessages::encodeAck,
                    ChunkMessages::decodeAck))
            .build();
    read =
        ChunkServiceGrpc.getReadChunkMethod().toBuilder(
                new MessageMarshaller<>(
                    ReadRequest.class,
                    ReadRequest.getDefaultInstance(),
                    ChunkMessages::encodeRange,
                    ChunkMessages::decodeRange),
                new ReadFrameMarshaller(allocator))
            .build();
    exchange =
        ChunkServiceGrpc.getExchangeMethod().toBuilder(
                new ExchangeRequestMarshaller(allocator), new ExchangeReplyMarshaller(allocator))
            .build();
    localFile =
        ChunkServiceGrpc.getFindLocalFileMethod().toBuilder(
                new MessageMarshaller<>(
                    ReadRequest.class,
                    ReadRequest.getDefaultInstance(),
                    ChunkMessages::encodeRange,
                    ChunkMessages::decodeRange),
                new MessageMarshaller<>(
                    io.shoal.proto.v1.LocalFile.class,
                    io.shoal.proto.v1.LocalFile.getDefaultInstance(),
                    ChunkMessages::encodeLocalFile,
                    ChunkMessages::decodeLocalFile))
            .build();
    describe =
        ChunkServiceGrpc.getDescribeChunksMethod().toBuilder(
                new MessageMarshaller<>(
                    DescribeChunksRequest.class,
                    DescribeChunksRequest.getDefaultInstance(),
                    ChunkMessages::encodeIds,
                    ChunkMessages::decodeIds),
                new MessageMarshaller<>(
                    DescribeChunksReply.class,
                    DescribeChunksReply.getDefaultInstance(),
                    ChunkMessages::encodeReports,
                    ChunkMessages::decodeReports))
            .build();
    inventory =
        ChunkServiceGrpc.getInventoryMethod().toBuilder(
                new MessageMarshaller<>(
                    InventoryRequest.class,
                    InventoryRequest.getDefaultInstance(),
                    ChunkMessages::encodeAfter,
                    ChunkMessages::decodeAfter),
                new MessageMarshaller<>(
                    InventoryPage.class,
                    InventoryPage.getDefaultInstance(),
                    ChunkMessages::encodePage,
                    ChunkMessages::decodePage))
            .build();
  }

  /**
   * Returns the service's descriptor, which also tells server reflection where the .proto stands.
   */
  ServiceDescriptor service() {
    return ServiceDescriptor.newBuilder(ChunkServiceGrpc.SERVICE_NAME)
        .setSchemaDescriptor(ChunkServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
        .addMethod(write)
        .addMethod(read)
        .addMethod(exchange)
        .addMethod(localFile)
        .addMethod(describe)
        .addMethod(inventory)
        .build();
  }
}
