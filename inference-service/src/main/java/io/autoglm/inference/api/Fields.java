package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Typed reading of a request's fields. A field of a wrong type or out of range is refused by name; one that is absent
/// or null is as if it had not been sent, as OpenAI has it.
///
/// @param path of the object in the request, with a dot at its end; empty for the request itself
record Fields(JsonNode object, String path) {

    static Fields of(JsonNode request) {
        return new Fields(request, "");
    }

    boolean has(String field) {
        return !object.path(field).isMissingNode() && !object.path(field).isNull();
    }

    JsonNode node(String field) {
        return object.path(field);
    }

    String name(String field) {
        return path + field;
    }

    boolean flag(String field) {
        JsonNode value = object.path(field);
        if (has(field) && !value.isBoolean()) {
            throw wrong(field, "must be true or false");
        }
        return value.booleanValue();
    }

    OptionalInt integer(String field, int least, int most) {
        if (!has(field)) {
            return OptionalInt.empty();
        }
        JsonNode value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrong(field, "must be a whole number");
        }
        int number = value.intValue();
        if (number < least || number > most) {
            throw wrong(field, "must be between " + least + " and " + most + ", but is " + number);
        }
        return OptionalInt.of(number);
    }

    OptionalDouble number(String field) {
        if (!has(field)) {
            return OptionalDouble.empty();
        }
        if (!object.path(field).isNumber()
                || !Double.isFinite(object.path(field).doubleValue())) {
            throw wrong(field, "must be a number");
        }
        return OptionalDouble.of(object.path(field).doubleValue());
    }

    Optional<String> text(String field) {
        if (!has(field)) {
            return Optional.empty();
        }
        if (!object.path(field).isTextual()) {
            throw wrong(field, "must be a string");
        }
        return Optional.of(object.path(field).textValue());
    }

    String requiredText(String field) {
        return text(field).orElseThrow(() -> wrong(field, "is required"));
    }

    /// A string or a list of strings.
    List<String> texts(String field, int most) {
        if (!has(field)) {
            return List.of();
        }
        JsonNode value = object.path(field);
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        if (!value.isArray() || value.size() > most) {
            throw wrong(field, "must be a string or a list of at most " + most + " strings");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw wrong(field, "must be a string or a list of strings");
            }
            texts.add(entry.textValue());
        }
        return texts;
    }

    /// A list of whole numbers.
    List<Integer> integers(String field, int most) {
        if (!has(field)) {
            return List.of();
        }
        JsonNode value = object.path(field);
        if (!value.isArray() || value.size() > most) {
            throw wrong(field, "must be a list of at most " + most + " whole numbers");
        }
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isIntegralNumber() || !entry.canConvertToInt()) {
                throw wrong(field, "must hold whole numbers");
            }
            numbers.add(entry.intValue());
        }
        return numbers;
    }

    /// What is true unless it is said to be false.
    boolean flagUnlessDenied(String field) {
        return !has(field) || flag(field);
    }

    Optional<Fields> object(String field) {
        if (!has(field)) {
            return Optional.empty();
        }
        if (!object.path(field).isObject()) {
            throw wrong(field, "must be an object");
        }
        return Optional.of(new Fields(object.path(field), path + field + "."));
    }

    RefusedException wrong(String field, String what) {
        return RefusedException.invalid(name(field), "'" + name(field) + "' " + what);
    }
}
