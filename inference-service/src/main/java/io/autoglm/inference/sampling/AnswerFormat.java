package io.autoglm.inference.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.text.TokenBytes;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Makes the constraint that `response_format` asks for. One for each model; safe for concurrent use.
public final class AnswerFormat {

    public AnswerFormat(TokenBytes tokens, Collection<Integer> endTokens) {}

    /// @param responseFormat `response_format` of the request; null or missing where it has none
    /// @return null where any text will do
    /// @throws InvalidParameterException naming `response_format`, or the part of the schema that is not supported
    public @Nullable TokenConstraint constraint(@Nullable JsonNode responseFormat) {
        throw new UnsupportedOperationException();
    }
}
