package io.autoglm.protocol;

/// How a stream that broke goes on from another instance, unseen by the client.
///
/// 1. The gateway asks for a stream with the header {@link Headers#RESUMABLE}. An instance of ours then
///    writes a comment of its own behind the events of each burst, `: tokens 12 7 99`: with all that came
///    before it, the answer has said these tokens more. Others do not know the header and write no such
///    comment.
/// 2. The gateway takes the comments out, and passes on what lies before one. What lies behind the last one
///    it keeps back until the next comment or `[DONE]`.
/// 3. When the stream breaks, the gateway sends the same request elsewhere with the field {@link #FIELD}
///    added: `{"id":"chatcmpl-…","created":1764000000,"tokens":[12,7,99]}`. The instance begins with the
///    comment `: resumed 3` (an instance that does not is no instance of ours, and has begun anew) and goes
///    on with what follows those tokens.
public final class Resumption {
    /// In the body of a request. Only the gateway may send it.
    public static final String FIELD = "autoglm_resume";
    /// A comment that tells tokens begins so; their ids follow, separated by spaces.
    public static final String TOKENS = ": tokens";
    /// The comment with which a stream begins that goes on; the count of the tokens taken as said follows.
    public static final String RESUMED = ": resumed";

    private Resumption() {}
}
