package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.gateway.upstream.TokenStream;

/// What came of sending a request, before a byte of it was given to the client.
sealed interface Dispatched {

    /// The first token of a stream is here.
    record Streaming(TokenStream tokens) implements Dispatched {}

    /// The answer, whole.
    record Whole(Reply reply) implements Dispatched {}

    /// An instance's own words that it does not answer, which the client is to read as they are.
    record Passed(Reply reply, End end) implements Dispatched {}

    /// Nobody answers.
    record Refused(Problem problem, End end) implements Dispatched {}
}
