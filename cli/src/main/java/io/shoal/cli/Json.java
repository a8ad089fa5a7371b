package io.shoal.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.client.FileStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Makes the JSON documents that commands print with {@code --json}: one line each, the same fields
 * everywhere.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes the fields of one document. */
  @FunctionalInterface
  public interface Fields {
    /** Writes them into an object that is open. */
    void write(JsonGenerator json) throws IOException;
  }

  /** Returns a document as one line. */
  public static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  /** Returns a file's or directory's status as a document. */
  public static String status(FileStatus status) {
    return object(json -> writeStatus(json, status));
  }

  /** Writes a status' fields into an object that is open. */
  public static void writeStatus(JsonGenerator json, FileStatus status) throws IOException {
    json.writeStringField("path", status.path());
    json.writeStringField("type", status.isDirectory() ? "directory" : "file");
    json.writeStringField("inode", Long.toHexString(status.inodeId()));
    json.writeNumberField("length", status.length());
    json.writeNumberField("generation", status.generation());
    json.writeStringField("mode", "0" + Integer.toOctalString(status.mode()));
    json.writeStringField("owner", status.owner());
    json.writeStringField("group", status.group());
    json.writeStringField("created", status.createdAt().toString());
    json.writeStringField("modified", status.modifiedAt().toString());
    if (!status.isDirectory()) {
      json.writeNumberField("replication", status.policy().replication());
      json.writeNumberField("minReplicas", status.policy().minReplicas());
      json.writeNumberField("chunkSize", status.policy().chunkSizeBytes());
      json.writeStringField("ack", status.policy().ackLevel().name().toLowerCase(Locale.ROOT));
    }
  }

  /** Returns what is worth knowing as a document. */
  static String warning(String message) {
    return object(json -> json.writeStringField("warning", message));
  }

  /** Returns a failure as a document. */
  static String error(ExitCode code, String message) {
    return object(
        json -> {
          json.writeStringField("error", message);
          json.writeStringField("kind", code.name());
          json.writeNumberField("exitCode", code.number());
        });
  }
}
