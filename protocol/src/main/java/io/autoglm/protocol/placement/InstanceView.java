package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An instance as the scheduler sees it: an entry of `GET /v1/instances`.
///
/// @param reason   why it is in this state, in words; null when it is simply ready
/// @param since    when it came into this state
/// @param inFlight leases that are out on it
/// @param restarts how often its process was started again by the scheduler
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceView(
        String id,
        String url,
        long pid,
        InstanceState state,
        @Nullable String reason,
        Instant since,
        List<ServedModel> models,
        String engine,
        int slots,
        int running,
        int queued,
        int inFlight,
        int restarts) {}
