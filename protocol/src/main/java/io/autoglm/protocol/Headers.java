package io.autoglm.protocol;

/// The HTTP header names of the suite, lower case as HTTP/2 wants them.
///
/// Everything that begins with `x-autoglm-` is internal on the way in: the gateway strips it from what a client sent.
public final class Headers {
    private Headers() {}

    /// The shared secret by which one service accepts another; never logged.
    public static final String INTERNAL_TOKEN = "x-autoglm-internal-token";
    /// The tenant on whose behalf an internal call is made; only believed beside a valid {@link #INTERNAL_TOKEN}.
    public static final String TENANT = "x-autoglm-tenant";
    /// Milliseconds the caller will still wait, counted from sending.
    public static final String TIMEOUT_MILLIS = "x-autoglm-timeout-ms";
    /// The scheduling class of a request: `interactive`, `default` or `bulk`.
    public static final String PRIORITY = "x-autoglm-priority";
    /// `true` where a stream should tell its tokens, and on the answer where it does, see {@link Resumption}.
    public static final String RESUMABLE = "x-autoglm-resumable";
    /// On answers: the instance that produced them.
    public static final String INSTANCE = "x-autoglm-instance";
    /// On answers: why the answer is less than it could be, such as `scheduler-down`, `scheduler-settling` or
    /// `not-remembered`.
    public static final String DEGRADED = "x-autoglm-degraded";
    /// In and out: the id that ties the logs of all services together. Taken from `traceparent` where one came.
    public static final String TRACE_ID = "x-trace-id";
    /// On answers, as OpenAI sends it.
    public static final String REQUEST_ID = "x-request-id";
    /// The client's own name for a conversation that the suite should remember.
    public static final String SESSION_ID = "x-session-id";
}
