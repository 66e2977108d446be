package io.autoglm.context.store;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.protocol.conversation.Turn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterOutputStream;

/// Turns as bytes: `<tokens>:<kind><messages>`, where the kind is `j` for JSON and `d` for deflated JSON. The
/// tokens stand in front in decimal because the Lua scripts count them. Used by event loops at once, so it
/// holds no state.
final class TurnCodec {
    private static final byte PLAIN = 'j';
    private static final byte DEFLATED = 'd';
    private static final TypeReference<List<JsonNode>> MESSAGES = new TypeReference<>() {};

    private final ObjectMapper json;
    private final long compressFromBytes;

    TurnCodec(ObjectMapper json, long compressFromBytes) {
        this.json = json;
        this.compressFromBytes = compressFromBytes;
    }

    /// The messages as JSON, which is what the limit on a turn's size counts.
    byte[] json(List<JsonNode> messages) {
        try {
            return json.writeValueAsBytes(messages);
        } catch (IOException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    byte[] turn(int tokens, byte[] messages) {
        return joined((tokens + ":").getBytes(StandardCharsets.US_ASCII), packed(messages));
    }

    byte[] packed(byte[] messages) {
        byte[] shorter = messages.length >= compressFromBytes ? deflated(messages) : messages;
        boolean pays = shorter.length < messages.length;
        return joined(new byte[] {pays ? DEFLATED : PLAIN}, pays ? shorter : messages);
    }

    /// @throws IOException when the bytes are not what {@link #turn} wrote
    Turn turn(byte[] bytes) throws IOException {
        int colon = 0;
        while (colon < bytes.length && bytes[colon] != ':') {
            colon++;
        }
        try {
            int tokens = Integer.parseInt(new String(bytes, 0, colon, StandardCharsets.US_ASCII));
            return new Turn(messages(bytes, colon + 1), tokens);
        } catch (IllegalArgumentException e) {
            throw new IOException("a stored turn is damaged", e);
        }
    }

    /// @throws IOException when the bytes are not what {@link #packed} wrote
    List<JsonNode> messages(byte[] bytes, int offset) throws IOException {
        if (offset >= bytes.length) {
            throw new IOException("a stored turn is cut off");
        }
        int from = offset + 1;
        int length = bytes.length - from;
        return switch (bytes[offset]) {
            case PLAIN -> json.readValue(bytes, from, length, MESSAGES);
            case DEFLATED -> json.readValue(inflated(bytes, from, length), MESSAGES);
            default -> throw new IOException("a stored turn is of kind " + bytes[offset] + ", which is not known");
        };
    }

    private static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(out, deflater)) {
            deflate.write(plain);
        } catch (IOException e) {
            throw new IllegalStateException("memory can always be written", e);
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    private static byte[] inflated(byte[] bytes, int offset, int length) throws IOException {
        Inflater inflater = new Inflater(true);
        ByteArrayOutputStream out = new ByteArrayOutputStream(length * 4);
        try (InflaterOutputStream inflate = new InflaterOutputStream(out, inflater)) {
            inflate.write(bytes, offset, length);
        } finally {
            inflater.end();
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[] head, byte[] tail) {
        byte[] all = new byte[head.length + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }
}
