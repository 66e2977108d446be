package io.autoglm.gateway.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/// How much may be used at a time under one name: a key, a subject, a tenant, a model of a tenant. Null is no
/// limit; a limit is at least 1.
///
/// @param requestsPerSecond     in any window of a second
/// @param requestsPerMinute     in any window of a minute
/// @param inputTokensPerMinute  of prompts
/// @param outputTokensPerMinute of answers
/// @param maxConcurrent         requests that are open at once
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Limits(
        @Nullable Integer requestsPerSecond,
        @Nullable Integer requestsPerMinute,
        @Nullable Integer inputTokensPerMinute,
        @Nullable Integer outputTokensPerMinute,
        @Nullable Integer maxConcurrent) {

    public static final Limits NONE = new Limits(null, null, null, null, null);

    public Limits {
        atLeastOne("requestsPerSecond", requestsPerSecond);
        atLeastOne("requestsPerMinute", requestsPerMinute);
        atLeastOne("inputTokensPerMinute", inputTokensPerMinute);
        atLeastOne("outputTokensPerMinute", outputTokensPerMinute);
        atLeastOne("maxConcurrent", maxConcurrent);
    }

    /// Only requests per minute and requests at once.
    public static Limits of(int requestsPerMinute, int maxConcurrent) {
        return new Limits(null, requestsPerMinute, null, null, maxConcurrent);
    }

    private static void atLeastOne(String field, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new IllegalArgumentException(field + ": must be 1 or more, was " + value);
        }
    }
}
