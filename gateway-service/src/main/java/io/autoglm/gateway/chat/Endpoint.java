package io.autoglm.gateway.chat;

import java.util.List;

/// What a model may be asked for.
enum Endpoint {
    CHAT("chat", List.of("/v1/chat/completions"), List.of("messages")),
    TEXT("text_completion", List.of("/v1/completions"), List.of("prompt")),
    EMBEDDINGS("embeddings", List.of("/v1/embeddings"), List.of("input")),
    RERANK("rerank", List.of("/v1/rerank", "/rerank"), List.of("query", "documents")),
    /// Of a prompt or of messages, which is the instance's to judge.
    TOKENIZE("tokenize", List.of("/tokenize"), List.of()),
    DETOKENIZE("detokenize", List.of("/detokenize"), List.of("tokens"));

    private final String operation;
    private final List<String> paths;
    private final List<String> required;

    Endpoint(String operation, List<String> paths, List<String> required) {
        this.operation = operation;
        this.paths = paths;
        this.required = required;
    }

    /// Of an instance.
    String path() {
        return paths.getFirst();
    }

    /// Of this gateway.
    List<String> paths() {
        return paths;
    }

    /// The value of OpenTelemetry's `gen_ai.operation.name`.
    String operation() {
        return operation;
    }

    /// Fields without which nothing can be done, beside `model`.
    List<String> required() {
        return required;
    }

    /// Whether the answer is generated, token by token, and may be a stream.
    boolean generates() {
        return switch (this) {
            case CHAT, TEXT -> true;
            case EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE -> false;
        };
    }
}
