package io.autoglm.inference.api;

/// Checks a request and prepares its answer, computing as long as it takes.
@FunctionalInterface
interface Endpoint {

    /// @param held what the request holds until its answer is given
    Reply prepare(Exchange exchange, Held held);
}
