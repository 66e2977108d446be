package io.autoglm.inference.api;

/// OpenAI's `finish_reason`.
enum FinishReason {
    STOP("stop"),
    LENGTH("length"),
    TOOL_CALLS("tool_calls");

    private final String wire;

    FinishReason(String wire) {
        this.wire = wire;
    }

    String wire() {
        return wire;
    }
}
