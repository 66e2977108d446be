package io.autoglm.gateway.admission;

import jakarta.inject.Singleton;

/// How long an answer is taken to be of which nothing is known.
@Singleton
public final class AssumedAnswer {
    private final int tokens;

    AssumedAnswer(AdmissionConfig config) {
        this.tokens = config.assumedAnswerTokens();
    }

    public int tokens() {
        return tokens;
    }
}
