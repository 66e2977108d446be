package io.autoglm.inference.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The tokenizer of a model directory. Encodes with Hugging Face's own library, decodes by the table of
/// [TokenBytes], with nothing native on the path of a token. Safe for concurrent use; to be closed when the model
/// is unloaded.
public final class Tokenizer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Reads `tokenizer.json`. DJL would cut every text at 512 tokens unless it is told not to.
    private static final Map<String, String> OPTIONS = Map.of("truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer encoder;
    private final TokenBytes bytes;

    private Tokenizer(HuggingFaceTokenizer encoder, TokenBytes bytes) {
        this.encoder = encoder;
        this.bytes = bytes;
    }

    /// @param modelDirectory with `tokenizer.json`
    /// @throws ModelLoadException if it is missing or no tokenizer
    public static Tokenizer open(Path modelDirectory) {
        Path file = modelDirectory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(
                    file.toString(),
                    Files.exists(modelDirectory.resolve("tokenizer.model"))
                            ? "not found, and a tokenizer.model alone cannot be read: take tokenizer.json from the"
                                    + " '-hf' repository of the same model, or write one with transformers"
                            : "not found");
        }
        try {
            JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
            TokenBytes bytes = new TokenBytes(json, file.toString());
            return new Tokenizer(HuggingFaceTokenizer.newInstance(file, OPTIONS), bytes);
        } catch (JacksonException e) {
            throw new ModelLoadException(file.toString(), "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw e instanceof ModelLoadException refused
                    ? refused
                    : new ModelLoadException(file.toString(), "is not a tokenizer: " + e.getMessage(), e);
        }
    }

    /// Control tokens written out in `text` (`<|user|>`) are taken for what they are.
    ///
    /// @param withSpecial puts the tokenizer's own start token before a plain prompt; false for a rendered chat
    ///                    template, which writes its own
    public int[] encode(String text, boolean withSpecial) {
        return ids(encoder.encode(text, withSpecial, false));
    }

    /// Tokens of a text.
    ///
    /// @param spellings how the vocabulary itself writes each of them: `Ġworld` where it stands for ` world`
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
    public record Spelled(int[] ids, List<String> spellings) {}

    /// What {@link #encode} gives, spelled.
    public Spelled spelled(String text, boolean withSpecial) {
        Encoding encoding = encoder.encode(text, withSpecial, false);
        return new Spelled(ids(encoding), List.of(encoding.getTokens()));
    }

    private static int[] ids(Encoding encoding) {
        long[] ids = encoding.getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /// @param showSpecial writes control tokens out instead of leaving them away
    public String decode(int[] tokens, boolean showSpecial) {
        TextStream stream = new TextStream(bytes, showSpecial, false);
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(stream.append(token));
        }
        return text.append(stream.end()).toString();
    }

    /// The detokenizer of a new answer.
    ///
    /// @param continues whether it goes on where the prompt's text ends, as a plain completion does
    public TextStream stream(boolean showSpecial, boolean continues) {
        return new TextStream(bytes, showSpecial, continues);
    }

    public TokenBytes bytes() {
        return bytes;
    }

    /// Tokens, ids 0 to this, exclusive.
    public int vocabularySize() {
        return bytes.size();
    }

    @Override
    public void close() {
        encoder.close();
    }
}
