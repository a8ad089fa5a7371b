package io.shoal.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead.Place;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes here are on users' disks: an expectation that changes needs a new version. */
class RecordCodecTest {
  private static final byte[] KEY = RecordCodec.chunkKey(new ChunkId(0x0102030405060708L));
  private static final ChunkHead HEAD =
      new ChunkHead(
          new ChunkId(0x0102030405060708L),
          Place.INDEX,
          true,
          5,
          0xCAFEBABE,
          0x11,
          0x2222222222222222L,
          0x3333);

  @Test
  void head_version1_looksLikeThis() throws IOException {
    byte[] value = RecordCodec.head(HEAD);
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo(
            "0103"
                + "00000005"
                + "cafebabe"
                + "0000000000000011"
                + "2222222222222222"
                + "0000000000003333");
    assertThat(RecordCodec.head(KEY, value)).isEqualTo(HEAD);
  }

  @Test
  void content_version1_looksLikeThis() throws IOException {
    byte[] value =
        RecordCodec.content(
            new ChunkContent(16_386, new int[] {0xAABBCCDD, 0x01}, new byte[] {7, 8}));
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo("01" + "00004002" + "aabbccdd" + "00000001" + "0708");
    ChunkContent content = RecordCodec.content(value);
    assertThat(content.inlineStart()).isEqualTo(16_384);
    assertThat(content.blockCrc(0)).isEqualTo(0xAABBCCDD);
    assertThat(content.inline(16_385, 1).get()).isEqualTo((byte) 8);
  }

  @Test
  void trash_version1_looksLikeThis() throws IOException {
    ChunkId chunk = HEAD.chunk();
    Trashed trashed = new Trashed(0x4444, HEAD);
    byte[] value = RecordCodec.trashed(trashed);
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo("01" + "0000000000004444" + HexFormat.of().formatHex(RecordCodec.head(HEAD)));
    assertThat(RecordCodec.trashed(chunk, value)).isEqualTo(trashed);
    assertThat(HexFormat.of().formatHex(RecordCodec.trashKey(chunk)))
        .isEqualTo("00" + "0102030405060708");
    byte[] timeKey = RecordCodec.trashTimeKey(0x4444, chunk);
    assertThat(HexFormat.of().formatHex(timeKey))
        .isEqualTo("01" + "0000000000004444" + "0102030405060708");
    assertThat(RecordCodec.trashedSince(timeKey)).isEqualTo(0x4444);
    assertThat(RecordCodec.trashedChunk(timeKey)).isEqualTo(chunk);
  }

  @Test
  void brake_version2_looksLikeThis_andTheFirstIsRead() throws IOException {
    BrakeNote note = new BrakeNote(7, true, 0x4444, 5, new MetadataHistory(3, 0x5555));
    byte[] value = RecordCodec.brake(note);
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo(
            "0201"
                + "0000000000000007"
                + "0000000000004444"
                + "0000000000000005"
                + "0000000000000003"
                + "0000000000005555");
    assertThat(RecordCodec.brake(value)).isEqualTo(note);
    String first = "0101" + "0000000000000007" + "0000000000004444" + "0000000000000005";
    assertThat(RecordCodec.brake(HexFormat.of().parseHex(first)))
        .isEqualTo(new BrakeNote(7, true, 0x4444, 5, MetadataHistory.NONE));
  }

  @Test
  void scrubbed_version2_looksLikeThis_andTheFirstIsRead() throws IOException {
    ScrubNote note = new ScrubNote(HEAD.chunk(), 1, 2, 3, 4);
    byte[] value = RecordCodec.scrubbed(note);
    assertThat(HexFormat.of().formatHex(value))
        .isEqualTo(
            "02"
                + "0102030405060708"
                + "0000000000000001"
                + "0000000000000002"
                + "0000000000000003"
                + "0000000000000004");
    assertThat(RecordCodec.scrubbed(value)).isEqualTo(note);
    ScrubNote between = new ScrubNote(null, 1, 2, 3, 4);
    assertThat(RecordCodec.scrubbed(RecordCodec.scrubbed(between))).isEqualTo(between);
    assertThat(RecordCodec.scrubbed(HexFormat.of().parseHex("01" + "0102030405060708")))
        .isEqualTo(new ScrubNote(HEAD.chunk(), 0, 0, 0, 0));
  }

  @Test
  void decode_unknownVersion_isRefused() {
    byte[] head = RecordCodec.head(HEAD);
    head[0] = 2;
    assertThatThrownBy(() -> RecordCodec.head(KEY, head))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
    byte[] content = RecordCodec.content(new ChunkContent(0, new int[0], new byte[0]));
    content[0] = 9;
    assertThatThrownBy(() -> RecordCodec.content(content)).isInstanceOf(IOException.class);
  }

  @Test
  void decode_wrongSize_isRefused() {
    assertThatThrownBy(() -> RecordCodec.head(KEY, new byte[3])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.content(new byte[] {1})).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.content(new byte[] {1, 0, 0, 0, 1}))
        .as("no checksum for its block")
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.content(new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 5, 5}))
        .as("more inline bytes than the chunk has")
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.content(new byte[] {1, -1, 0, 0, 1}))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.unconfirmed(new byte[15])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RecordCodec.sequences(new byte[8])).isInstanceOf(IOException.class);
  }
}
