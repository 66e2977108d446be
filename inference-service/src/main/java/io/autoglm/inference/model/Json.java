package io.autoglm.inference.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A JSON object read from a file of the model; every complaint names the file and the field.
record Json(Path file, JsonNode node) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// No metadata file of a published model comes near it.
    private static final long LARGEST_BYTES = 64L << 20;

    static Json read(Path file) {
        return object(file, node(file));
    }

    /// Whatever it holds.
    static JsonNode node(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(file, "not found");
        }
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                throw new ModelLoadException(file, "too large for a metadata file: " + Files.size(file) + " bytes");
            }
            return node(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ModelLoadException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    static Json parse(Path file, byte[] text) {
        return object(file, node(file, text));
    }

    private static Json object(Path file, JsonNode node) {
        if (!node.isObject()) {
            throw new ModelLoadException(file, "is not a JSON object");
        }
        return new Json(file, node);
    }

    private static JsonNode node(Path file, byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new ModelLoadException(file, "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /// What stands for a file that says nothing.
    static Json empty(Path file) {
        return new Json(file, MAPPER.createObjectNode());
    }

    boolean has(String field) {
        return node.hasNonNull(field);
    }

    Json object(String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isObject()) {
            throw wrong(field, "an object");
        }
        return new Json(file, value);
    }

    int positive(String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() <= 0) {
            throw wrong(field, "a positive whole number");
        }
        return value.intValue();
    }

    int positive(String field, int otherwise) {
        return has(field) ? positive(field) : otherwise;
    }

    /// 0 is a number too.
    int whole(String field, int otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        JsonNode value = node.get(field);
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 0) {
            throw wrong(field, "a whole number that is not negative");
        }
        return value.intValue();
    }

    double number(String field, double otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        JsonNode value = node.get(field);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(field, "a number");
        }
        return value.doubleValue();
    }

    @Nullable
    Double number(String field) {
        return has(field) ? (Double) number(field, 0) : null;
    }

    boolean flag(String field, boolean otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        if (!node.get(field).isBoolean()) {
            throw wrong(field, "true or false");
        }
        return node.get(field).booleanValue();
    }

    String text(String field, String otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        if (!node.get(field).isTextual()) {
            throw wrong(field, "a string");
        }
        return node.get(field).textValue();
    }

    ModelLoadException wrong(String field, String expected) {
        JsonNode value = node.get(field);
        return new ModelLoadException(
                file, field + " must be " + expected + (value == null ? ", but is missing" : ", but is " + value));
    }

    ModelLoadException refuse(String why) {
        return new ModelLoadException(file, why);
    }
}
