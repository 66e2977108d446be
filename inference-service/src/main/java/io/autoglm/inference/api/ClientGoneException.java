package io.autoglm.inference.api;

/// Nobody waits for the answer any more. Costs no stack trace.
final class ClientGoneException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ClientGoneException() {
        super("the client has gone", null, false, false);
    }
}
