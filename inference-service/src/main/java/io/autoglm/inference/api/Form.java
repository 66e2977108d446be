package io.autoglm.inference.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.autoglm.inference.grammar.AnswerForm;
import io.autoglm.inference.grammar.AnswerFormat;
import io.autoglm.inference.grammar.Guide;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The form that a request asks of its answer: by OpenAI's `response_format`, vLLM's `guided_…`, or its newer
/// `structured_outputs`; at most one of them.
///
/// @param field          that asks for it; empty for none
/// @param responseFormat missing where another field asks
/// @param guide          null where `response_format` asks
record Form(String field, JsonNode responseFormat, @Nullable Guide guide) {

    private static final Form NONE = new Form("", MissingNode.getInstance(), null);
    private static final int MOST_CHOICES = 1000;
    private static final List<String> KINDS = List.of("json", "regex", "choice", "grammar");

    static Form read(Fields request) {
        List<Form> asked = new ArrayList<>();
        if (request.has("response_format")) {
            JsonNode format = request.node("response_format");
            boolean any = "text".equals(format.path("type").textValue());
            asked.add(any ? NONE : new Form("response_format", format, null));
        }
        for (String kind : KINDS) {
            if (request.has("guided_" + kind)) {
                asked.add(guided(request, "guided_" + kind, kind));
            }
        }
        request.object("structured_outputs").ifPresent(outputs -> {
            for (String kind : KINDS) {
                if (outputs.has(kind)) {
                    asked.add(guided(outputs, kind, kind));
                }
            }
            if (outputs.flag("json_object")) {
                asked.add(new Form(outputs.name("json_object"), MissingNode.getInstance(), new Guide.JsonObject()));
            }
            if (outputs.has("structural_tag")) {
                throw outputs.wrong("structural_tag", "is not supported: use 'tools', or a grammar");
            }
        });
        asked.remove(NONE);
        if (asked.size() > 1) {
            throw RefusedException.invalid(
                    asked.get(1).field(),
                    "'" + asked.get(1).field() + "' cannot be kept together with '"
                            + asked.get(0).field() + "'");
        }
        return asked.isEmpty() ? NONE : asked.getFirst();
    }

    private static Form guided(Fields fields, String field, String kind) {
        Guide guide = switch (kind) {
            case "json" -> new Guide.Json(schema(fields, field));
            case "regex" -> new Guide.Regex(fields.requiredText(field));
            case "grammar" -> new Guide.Gbnf(fields.requiredText(field));
            default -> {
                List<String> texts = fields.texts(field, MOST_CHOICES);
                if (texts.isEmpty() || !fields.node(field).isArray()) {
                    throw fields.wrong(field, "must be a list of 1 to " + MOST_CHOICES + " strings");
                }
                yield new Guide.Choice(texts);
            }
        };
        return new Form(fields.name(field), MissingNode.getInstance(), guide);
    }

    /// An object, or a string that holds one.
    private static JsonNode schema(Fields fields, String field) {
        JsonNode schema = fields.node(field);
        if (schema.isTextual()) {
            try {
                schema = JsonBody.MAPPER.readTree(schema.textValue());
            } catch (JacksonException e) {
                throw fields.wrong(field, "must be a JSON schema, as an object or a string");
            }
        }
        if (!schema.isObject()) {
            throw fields.wrong(field, "must be a JSON schema, as an object or a string");
        }
        return schema;
    }

    boolean isAsked() {
        return !field.isEmpty();
    }

    /// @return null where any text will do
    @Nullable
    AnswerForm of(AnswerFormat format) {
        return guide == null ? format.form(responseFormat) : format.form(guide, field);
    }
}
