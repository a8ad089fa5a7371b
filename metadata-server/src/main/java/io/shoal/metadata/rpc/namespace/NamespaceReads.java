package io.shoal.metadata.rpc.namespace;

import io.shoal.metadata.chunk.ChunkLocation;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.namespace.ExtentPage;
import io.shoal.metadata.namespace.ListPage;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.namespace.Target;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.DirectoryEntry;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.ExtentsRequest;
import io.shoal.proto.v1.ListReply;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.LocateReply;
import io.shoal.proto.v1.LocateRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.OpenRequest;
import io.shoal.proto.v1.StatReply;
import io.shoal.proto.v1.StatRequest;
import java.util.List;
import java.util.function.Function;

/**
 * The reads among the requests. {@link #prepare} checks a request on the caller's thread; what it
 * returns is run on a thread that may wait for the disk.
 */
final class NamespaceReads {
  private final NodeAddresses addresses;

  NamespaceReads(NodeAddresses addresses) {
    this.addresses = addresses;
  }

  /**
   * Checks a read.
   *
   * @param request one of stat, open, extents, list, locate
   * @return makes the answer from a view
   */
  Function<StateView, NamespaceReply.Builder> prepare(NamespaceRequest request) {
    return switch (request.getRequestCase()) {
      case STAT -> stat(request.getStat());
      case OPEN -> open(request.getOpen());
      case EXTENTS -> extents(request.getExtents());
      case LIST -> list(request.getList());
      case LOCATE -> locate(request.getLocate());
      default ->
          throw new IllegalStateException(
              "request: " + request.getRequestCase() + " (expected: a read)");
    };
  }

  private Function<StateView, NamespaceReply.Builder> stat(StatRequest request) {
    Target target = NamespaceReader.target("stat.target", request.getTarget());
    return view -> {
      var stat = new NamespaceQueries(view).stat(target, request.getWithCopies());
      return NamespaceReply.newBuilder()
          .setStat(
              StatReply.newBuilder()
                  .setStatus(ProtoWriter.status(stat.status()))
                  .setFewestCopies(stat.copies().fewest())
                  .setExtentCount(stat.copies().extentCount()));
    };
  }

  private Function<StateView, NamespaceReply.Builder> open(OpenRequest request) {
    Target target = NamespaceReader.target("open.target", request.getTarget());
    int limit = NamespaceReader.pageLimit("open.extent_limit", request.getExtentLimit());
    long offset = Checks.unsigned("open.file_offset", request.getFileOffset());
    return view -> {
      var opened = new NamespaceQueries(view).open(target, offset, limit);
      return NamespaceReply.newBuilder()
          .setOpen(
              OpenReply.newBuilder()
                  .setStatus(ProtoWriter.status(opened.status()))
                  .setFirst(page(opened.first(), view))
                  .setLogIndex(view.applied().index()));
    };
  }

  private Function<StateView, NamespaceReply.Builder> extents(ExtentsRequest request) {
    var version =
        NamespaceReader.version(
            "extents",
            io.shoal.proto.v1.InodeVersion.newBuilder()
                .setInodeId(request.getInodeId())
                .setGeneration(request.getGeneration())
                .build());
    int limit = NamespaceReader.pageLimit("extents.limit", request.getLimit());
    long offset = Checks.unsigned("extents.file_offset", request.getFileOffset());
    return view -> {
      ExtentPage page = new NamespaceQueries(view).extents(version, offset, limit);
      return NamespaceReply.newBuilder().setExtents(page(page, view));
    };
  }

  private ExtentsReply page(ExtentPage page, StateView view) {
    ExtentsReply.Builder message = ExtentsReply.newBuilder().setComplete(page.complete());
    page.extents().forEach(extent -> message.addExtents(ProtoWriter.extent(extent)));
    page.chunks().forEach(chunk -> message.addChunks(ProtoWriter.location(chunk)));
    return message.addAllNodes(addresses.of(page.chunks(), view)).build();
  }

  private Function<StateView, NamespaceReply.Builder> locate(LocateRequest request) {
    var chunkIds = Checks.chunkIds(request.getChunkIdsList(), ChunkQueries.CHUNK_LIMIT);
    return view -> {
      List<ChunkLocation> locations = new ChunkQueries(view).locate(chunkIds);
      LocateReply.Builder message = LocateReply.newBuilder();
      locations.forEach(location -> message.addChunks(ProtoWriter.location(location)));
      return NamespaceReply.newBuilder()
          .setLocate(message.addAllNodes(addresses.of(locations, view)));
    };
  }

  private static Function<StateView, NamespaceReply.Builder> list(ListRequest request) {
    Target directory = NamespaceReader.target("list.directory", request.getDirectory());
    String afterName =
        Checks.text("list.after_name", request.getAfterName(), 0, Checks.NAME_LIMIT_BYTES);
    int limit = NamespaceReader.pageLimit("list.limit", request.getLimit());
    return view -> {
      ListPage page =
          new NamespaceQueries(view).list(directory, afterName, limit, request.getWithStatus());
      ListReply.Builder message =
          ListReply.newBuilder()
              .setDirectoryInodeId(page.directory().value())
              .setComplete(page.complete())
              .setLogIndex(view.applied().index());
      page.items().forEach(item -> message.addEntries(entry(item)));
      return NamespaceReply.newBuilder().setList(message);
    };
  }

  private static DirectoryEntry entry(ListPage.Item item) {
    DirectoryEntry.Builder entry =
        DirectoryEntry.newBuilder()
            .setName(item.name())
            .setInodeId(item.inodeId().value())
            .setType(ProtoWriter.type(item.type()));
    if (item.status() != null) {
      entry.setStatus(ProtoWriter.status(item.status()));
    }
    return entry.build();
  }
}
