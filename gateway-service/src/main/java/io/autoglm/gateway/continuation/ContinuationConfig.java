package io.autoglm.gateway.continuation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Streams that break off after their first token and go on from another instance, unseen by the client.
@ConfigMapping(prefix = "autoglm.continuation")
public interface ContinuationConfig {
    /// How often one stream may go on from another instance. Default 3; 0 has every stream that breaks end
    /// with an error event.
    @WithDefault("3")
    int most();

    /// The largest request, in bytes, that is kept while its answer flows so that it can be sent again; a
    /// larger one is let go with the first token, and its stream cannot go on. What is kept counts as a body
    /// that is held, see `autoglm.chat.max-bodies-bytes`. Default 256 KiB.
    @WithDefault("262144")
    long maxRequestBytes();
}
