package io.autoglm.inference.api;

import org.jspecify.annotations.Nullable;

/// Carries a {@link Refusal} out of the depth of a request's checks. Costs no stack trace.
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.toString(), null, false, false);
        this.refusal = refusal;
    }

    static RefusedException invalid(@Nullable String param, String message) {
        return new RefusedException(new Refusal.Invalid(message, param));
    }

    Refusal refusal() {
        return refusal;
    }
}
