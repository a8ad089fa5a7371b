package io.shoal.common.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;
import java.util.function.Function;

/** A small message, which protobuf's own code parses and this package's records stand for. */
final class MessageMarshaller<P extends Message, T> implements Marshaller<Envelope<T>> {
  private final Marshaller<P> wire;
  private final Parser<? extends Message> parser;
  private final Class<P> type;
  private final Function<T, P> encode;
  private final Function<P, T> decode;

  /**
   * Makes a marshaller.
   *
   * @param decode throws {@link IllegalArgumentException} if a field is not as it should be
   */
  MessageMarshaller(Class<P> type, P example, Function<T, P> encode, Function<P, T> decode) {
    this.wire = ProtoUtils.marshaller(example);
    this.parser = example.getParserForType();
    this.type = type;
    this.encode = encode;
    this.decode = decode;
  }

  @Override
  public InputStream stream(Envelope<T> envelope) {
    if (!(envelope instanceof Envelope.Whole<T> whole)) {
      throw new IllegalArgumentException("message: " + envelope + " (expected: a whole one)");
    }
    return wire.stream(encode.apply(whole.message()));
  }

  @Override
  public Envelope<T> parse(InputStream stream) {
    try {
      return new Envelope.Whole<>(decode.apply(type.cast(parser.parseFrom(stream))));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return new MalformedException(String.valueOf(e.getMessage()))
          .toEnvelope(type.getSimpleName());
    }
  }
}
