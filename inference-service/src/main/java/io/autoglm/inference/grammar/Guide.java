package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What an answer must be, in the ways of vLLM's guided decoding.
public sealed interface Guide {

    /// A JSON value that is valid for a schema.
    record Json(JsonNode schema) implements Guide {}

    /// A JSON object.
    record JsonObject() implements Guide {}

    /// What matches a regular expression as a whole, see [RegexParser].
    record Regex(String regex) implements Guide {}

    /// One of some texts.
    record Choice(List<String> texts) implements Guide {}

    /// What a grammar of llama.cpp describes, see [GbnfParser].
    record Gbnf(String grammar) implements Guide {}
}
