package io.autoglm.gateway.chat;

/// The two ways to ask for a completion.
enum Endpoint {
    CHAT("/v1/chat/completions", "chat"),
    TEXT("/v1/completions", "text_completion");

    private final String path;
    private final String operation;

    Endpoint(String path, String operation) {
        this.path = path;
        this.operation = operation;
    }

    String path() {
        return path;
    }

    /// The value of OpenTelemetry's `gen_ai.operation.name`.
    String operation() {
        return operation;
    }
}
