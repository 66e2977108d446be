package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/// The body of `GET /v1/instances`; also the snapshot from which a gateway serves while the scheduler is
/// away.
///
/// @param settling the scheduler has only just started, so instances may be missing that had no time to
///                 report: whoever has an older list keeps it. False where an older scheduler does not say
@JsonIgnoreProperties(ignoreUnknown = true)
public record InstanceList(List<InstanceView> instances, boolean settling) {}
