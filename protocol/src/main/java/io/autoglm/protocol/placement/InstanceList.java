package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/// The body of `GET /v1/instances`; also the snapshot from which a gateway serves while the scheduler is away.
@JsonIgnoreProperties(ignoreUnknown = true)
public record InstanceList(List<InstanceView> instances) {}
