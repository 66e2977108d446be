package io.autoglm.gateway.chat;

import java.util.List;

/// What a model may be asked for.
enum Endpoint {
    CHAT("chat"),
    TEXT("text_completion"),
    EMBEDDINGS("embeddings"),
    RERANK("rerank"),
    TOKENIZE("tokenize"),
    DETOKENIZE("detokenize");

    private final String operation;

    Endpoint(String operation) {
        this.operation = operation;
    }

    /// The value of OpenTelemetry's `gen_ai.operation.name`.
    String operation() {
        return operation;
    }

    /// Of an instance.
    String path() {
        return paths().getFirst();
    }

    /// Of this gateway.
    List<String> paths() {
        return switch (this) {
            case CHAT -> List.of("/v1/chat/completions");
            case TEXT -> List.of("/v1/completions");
            case EMBEDDINGS -> List.of("/v1/embeddings");
            case RERANK -> List.of("/v1/rerank", "/rerank");
            case TOKENIZE -> List.of("/tokenize");
            case DETOKENIZE -> List.of("/detokenize");
        };
    }

    /// Fields without which nothing can be done, beside `model`.
    List<String> required() {
        return switch (this) {
            case CHAT -> List.of("messages");
            case TEXT -> List.of("prompt");
            case EMBEDDINGS -> List.of("input");
            case RERANK -> List.of("query", "documents");
            // A prompt or messages, which is the instance's to judge.
            case TOKENIZE -> List.of();
            case DETOKENIZE -> List.of("tokens");
        };
    }

    /// Whether the answer is generated, token by token, and may be a stream.
    boolean generates() {
        return switch (this) {
            case CHAT, TEXT -> true;
            case EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE -> false;
        };
    }
}
