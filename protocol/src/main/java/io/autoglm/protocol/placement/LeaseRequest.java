package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /v1/leases`.
///
/// @param promptTokens an estimate; 0 where the caller has none
/// @param prefixHashes hashes of the prompt's leading blocks, longest prefix last; empty where there is none
/// @param session      the conversation, for affinity; null where there is none
/// @param priority     `interactive`, `default` or `bulk`
/// @param exclude      instances that have just failed this very request
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaseRequest(
        String model,
        int promptTokens,
        List<String> prefixHashes,
        @Nullable String session,
        String tenant,
        String priority,
        List<String> exclude) {}
