package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonProperty;

/// Where an instance is in its life: Starting → Warming → Ready ⇄ Ejected → Draining → Gone.
///
/// Only `READY` gets new leases. An instance says `STARTING`, `WARMING`, `READY` or `DRAINING` of itself; `EJECTED` and
/// `GONE` are the scheduler's verdicts.
public enum InstanceState {
    /// The process is up, the model is not loaded.
    @JsonProperty("starting")
    STARTING,
    /// The model is loaded and answers its first prompts.
    @JsonProperty("warming")
    WARMING,
    @JsonProperty("ready")
    READY,
    /// Taken out for a while because it failed; probes decide when it comes back.
    @JsonProperty("ejected")
    EJECTED,
    /// Finishes what runs and takes nothing new.
    @JsonProperty("draining")
    DRAINING,
    /// No process, or no report for too long.
    @JsonProperty("gone")
    GONE
}
