package io.autoglm.gateway.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads what an administrator sent, and takes nothing for something else: a field that is not known, a
/// number in quotes or half a number is refused, and named.
@Singleton
final class StrictJson {
    private final ObjectMapper json;

    StrictJson(ObjectMapper service) {
        json = service.copy();
        json.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        json.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        json.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        json.getFactory().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
        for (LogicalType number : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            json.coercionConfigFor(number).setCoercion(CoercionInputShape.String, CoercionAction.Fail);
            json.coercionConfigFor(number).setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
        }
        for (CoercionInputShape shape :
                List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
            json.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
            json.coercionConfigFor(LogicalType.Enum).setCoercion(shape, CoercionAction.Fail);
        }
    }

    /// @throws RefusedException with 400 for anything but one JSON object
    ObjectNode object(Buffer body) {
        try {
            if (json.readTree(body.getBytes()) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw new RefusedException(Problem.invalid("The body is not JSON.", null, "invalid_json"));
        }
        throw new RefusedException(Problem.invalid("The body must be a JSON object.", null, "invalid_json"));
    }

    /// @throws RefusedException with 400 and the field that is wrong
    <T> T read(JsonNode tree, Class<T> type) {
        try {
            return json.treeToValue(tree, type);
        } catch (JsonMappingException e) {
            throw new RefusedException(problem(e));
        } catch (JsonProcessingException e) {
            throw new RefusedException(Problem.invalid("The body is not JSON.", null, "invalid_json"));
        }
    }

    ObjectNode tree(Object value) {
        return json.valueToTree(value);
    }

    JsonNode value(Object value) {
        return json.valueToTree(value);
    }

    /// In the order of the alphabet.
    ArrayNode array(Set<String> texts) {
        ArrayNode array = json.createArrayNode();
        texts.stream().sorted().forEach(array::add);
        return array;
    }

    ObjectNode object() {
        return json.createObjectNode();
    }

    /// What a record's own rules say, or which field Jackson stopped at.
    private static Problem problem(JsonMappingException e) {
        String path = path(e);
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds() == null
                    ? ""
                    : unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
            return Problem.invalid("There is no field '" + path + "'; there are " + known + ".", path);
        }
        if (e.getCause() instanceof IllegalArgumentException rule) {
            return ofRule(path, String.valueOf(rule.getMessage()));
        }
        return Problem.invalid("'" + path + "' has the wrong type or a value that it cannot have.", path);
    }

    /// @param rule `field: what it must be`
    private static Problem ofRule(String path, String rule) {
        int colon = rule.indexOf(": ");
        if (colon < 0) {
            return Problem.invalid(path + " " + rule + ".", path);
        }
        String field = (path.isEmpty() ? "" : path + ".") + rule.substring(0, colon);
        return Problem.invalid("'" + field + "' " + rule.substring(colon + 2) + ".", field);
    }

    static Set<String> names(ObjectNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream().map(StrictJson::name).collect(Collectors.joining("."));
    }

    private static String name(JsonMappingException.Reference part) {
        @Nullable String name = part.getFieldName();
        return name == null ? Integer.toString(part.getIndex()) : name;
    }

    /// RFC 7396: what is null in the patch goes, objects are merged, all else is replaced.
    static ObjectNode merged(ObjectNode target, ObjectNode patch) {
        ObjectNode result = target.deepCopy();
        patch.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                result.remove(field.getKey());
            } else if (value instanceof ObjectNode inner) {
                ObjectNode before =
                        result.get(field.getKey()) instanceof ObjectNode there ? there : result.objectNode();
                result.set(field.getKey(), merged(before, inner));
            } else {
                result.set(field.getKey(), value);
            }
        });
        return result;
    }
}
