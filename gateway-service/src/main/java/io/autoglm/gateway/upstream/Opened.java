package io.autoglm.gateway.upstream;

/// What one attempt came to before a byte of it was given to the client.
public sealed interface Opened {

    /// The stream's first token is here; nothing has been passed on yet.
    record Streaming(TokenStream stream) implements Opened {}

    /// A whole answer: of a request that does not stream, or a refusal.
    record Whole(Reply reply) implements Opened {}

    record Failed(Broken broken) implements Opened {}
}
