package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// How busy an instance is with one of its models.
///
/// @param slots   sequences of this model that it can run at once
/// @param running sequences in a slot
/// @param queued  requests waiting for a slot
/// @param kvUsage part of this model's KV cache in use by running sequences, 0…1
/// @param steps   of this model since it was loaded; standing still while `running` > 0 means that it hangs
/// @param failure why this model cannot answer although the others may; null while it can
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelLoad(
        int slots,
        int running,
        int queued,
        double kvUsage,
        long steps,
        @Nullable String failure) {

    /// Of a model that can answer.
    public ModelLoad(int slots, int running, int queued, double kvUsage, long steps) {
        this(slots, running, queued, kvUsage, steps, null);
    }
}
