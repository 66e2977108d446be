package io.autoglm.inference.sampling;

/// The engine gave logits that say nothing (NaN, or no finite value): an engine's error, never a token.
public final class BadLogitsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadLogitsException(String message) {
        super(message);
    }
}
