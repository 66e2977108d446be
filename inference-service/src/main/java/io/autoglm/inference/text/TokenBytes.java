package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.model.ModelLoadException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The bytes that each token stands for, read from `tokenizer.json`. Detokenizing needs no more than them, and
/// constrained decoding needs them all.
///
/// Two ways of writing bytes as vocabulary are published: byte-level BPE, whose 256 letters are GPT-2's printable
/// stand-ins for bytes (GLM, Qwen, Llama 3), and SentencePiece, with `▁` for a space and `<0x0A>` for a lone byte
/// (Llama 2, Mistral).
public final class TokenBytes {

    /// Marks of a message's parts, shown to the parser of the message even where a vocabulary calls them special.
    private static final Set<String> MARKUP = Set.of(
            "<think>",
            "</think>",
            "<tool_call>",
            "</tool_call>",
            "<arg_key>",
            "</arg_key>",
            "<arg_value>",
            "</arg_value>",
            "<|python_tag|>",
            "[THINK]",
            "[/THINK]",
            "[TOOL_CALLS]",
            "[CALL_ID]",
            "[ARGS]",
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>",
            "<｜tool▁sep｜>",
            "<｜tool▁call▁end｜>",
            "<｜tool▁calls▁end｜>");

    private static final byte[] NONE = {};

    private final byte[][] bytes;
    private final BitSet special = new BitSet();
    private final BitSet markup = new BitSet();
    private final boolean dropsFirstSpace;

    private enum Writing {
        BYTE_LEVEL,
        SENTENCE_PIECE
    }

    /// @param file named in complaints
    TokenBytes(JsonNode tokenizer, String file) {
        JsonNode model = tokenizer.path("model");
        Writing writing = writing(tokenizer.path("decoder"));
        if (writing == null) {
            throw new ModelLoadException(
                    file, "the decoder is neither byte-level nor SentencePiece's: " + tokenizer.path("decoder"));
        }
        JsonNode vocabulary = model.path("vocab");
        JsonNode added = tokenizer.path("added_tokens");
        this.bytes = new byte[size(vocabulary, added)][];
        Arrays.fill(bytes, NONE);
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(e -> bytes[e.getValue().asInt()] = bytes(e.getKey(), writing));
        } else {
            for (int id = 0; id < vocabulary.size(); id++) {
                bytes[id] = bytes(vocabulary.get(id).path(0).asText(), writing);
            }
        }
        for (JsonNode token : added) {
            int id = token.path("id").asInt();
            String content = token.path("content").asText();
            bytes[id] = content.getBytes(StandardCharsets.UTF_8);
            special.set(id, token.path("special").asBoolean());
            markup.set(id, MARKUP.contains(content));
        }
        if (bytes.length == 0) {
            throw new ModelLoadException(file, "has no vocabulary");
        }
        this.dropsFirstSpace = writing == Writing.SENTENCE_PIECE && strips(tokenizer.path("decoder"));
    }

    /// Tokens, ids 0 to this, exclusive; ids that no token has stand for no bytes.
    public int size() {
        return bytes.length;
    }

    /// Not to be changed. Empty for an id that the vocabulary does not have.
    public byte[] bytes(int token) {
        return token >= 0 && token < bytes.length ? bytes[token] : NONE;
    }

    /// Whether the token is a control token or one of the marks of calls and reasoning: nothing that text is made
    /// of.
    public boolean isControl(int token) {
        return special.get(token) || markup.get(token);
    }

    /// Whether the token is one of the marks of calls and reasoning.
    public boolean isMarkup(int token) {
        return markup.get(token);
    }

    boolean isHidden(int token) {
        return special.get(token) && !markup.get(token);
    }

    boolean dropsFirstSpace() {
        return dropsFirstSpace;
    }

    private static int size(JsonNode vocabulary, JsonNode added) {
        int most = vocabulary.isObject() ? -1 : vocabulary.size() - 1;
        if (vocabulary.isObject()) {
            for (JsonNode id : vocabulary) {
                most = Math.max(most, id.asInt());
            }
        }
        for (JsonNode token : added) {
            most = Math.max(most, token.path("id").asInt());
        }
        return most + 1;
    }

    private static @Nullable Writing writing(JsonNode decoder) {
        return switch (decoder.path("type").asText()) {
            case "ByteLevel" -> Writing.BYTE_LEVEL;
            case "Metaspace", "Replace", "ByteFallback" -> Writing.SENTENCE_PIECE;
            case "Sequence" -> {
                for (JsonNode step : decoder.path("decoders")) {
                    Writing writing = writing(step);
                    if (writing != null) {
                        yield writing;
                    }
                }
                yield null;
            }
            default -> null;
        };
    }

    /// SentencePiece puts a space before the first word, and its decoder takes it away again.
    private static boolean strips(JsonNode decoder) {
        if (decoder.path("type").asText().equals("Metaspace")) {
            return decoder.has("prepend_scheme")
                    ? !decoder.path("prepend_scheme").asText().equals("never")
                    : decoder.path("add_prefix_space").asBoolean(true);
        }
        for (JsonNode step : decoder.path("decoders")) {
            boolean strip = step.path("type").asText().equals("Strip");
            if ((strip && step.path("start").asInt() > 0) || strips(step)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(String token, Writing writing) {
        return switch (writing) {
            case BYTE_LEVEL -> byteLevel(token);
            case SENTENCE_PIECE ->
                token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")
                        ? new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)}
                        : token.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] byteLevel(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int value = byteOf(token.charAt(i));
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /// GPT-2's `bytes_to_unicode`, the other way round: printable Latin-1 stands for itself, the other 68 bytes,
    /// in order, for U+0100 on.
    ///
    /// @return -1 for a character that stands for no byte
    private static int byteOf(char letter) {
        if ((letter >= '!' && letter <= '~')
                || (letter >= '\u00a1' && letter <= '\u00ac')
                || (letter >= '\u00ae' && letter <= '\u00ff')) {
            return letter;
        }
        int index = letter - 0x100;
        if (index >= 0 && index <= 32) {
            return index;
        }
        if (index > 32 && index <= 66) {
            return 0x7f + index - 33;
        }
        return index == 67 ? 0xad : -1;
    }
}
