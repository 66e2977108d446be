package io.autoglm.inference.batching;

/// How a generation ended; exactly one comes to each that was accepted.
public sealed interface Ending {

    /// The model said so, with a token that is not part of the text; or whoever asked, for a stop string.
    record Stopped() implements Ending {}

    /// The token limit of the request or of the model.
    record LengthReached() implements Ending {}

    /// Whoever asked does not want it any more.
    record Cancelled() implements Ending {}

    /// Its deadline passed.
    ///
    /// @param started whether it had a slot by then
    record Expired(boolean started) implements Ending {}

    /// What was asked for cannot be done, which showed on the way.
    ///
    /// @param param the field of the request that asks for it
    record Refused(String param, String message) implements Ending {}

    /// Something broke; the message is for the client and names no internals.
    record Failed(String message) implements Ending {}
}
