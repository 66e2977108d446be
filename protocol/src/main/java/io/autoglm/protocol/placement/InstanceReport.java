package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an instance says of itself each 500 ms with `PUT /v1/instances/{id}`. The first report is the
/// registration, and a scheduler that was restarted knows every instance again after one interval.
///
/// @param id                   the place it runs in, stable over restarts: `inference-1`
/// @param incarnation          random per process; a new one under the same id means it was restarted
/// @param url                  base URL without a trailing slash, where the gateway reaches it
/// @param pid                  the process id on its host, 0 where it means nothing
/// @param state                as the instance sees itself
/// @param reason               why it is not ready; null when there is nothing to say
/// @param models               those that answer: empty until the first are loaded, and when all are unloaded
/// @param engine               `cpu` or `TensorRT`
/// @param slots                sequences it can run at once, of all models, as the next three
/// @param running              sequences in a slot
/// @param queued               requests waiting for a slot
/// @param kvUsage              part of the KV cache in use by running sequences, 0…1; of the model with the
///                             least room
/// @param steps                engine steps since start; standing still while `running` > 0 means the engine
///                             hangs
/// @param generatedTokens      tokens produced since start
/// @param acceleratorFreeBytes free memory of the accelerator; null on a CPU
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceReport(
        String id,
        String incarnation,
        String url,
        long pid,
        InstanceState state,
        @Nullable String reason,
        List<ServedModel> models,
        String engine,
        int slots,
        int running,
        int queued,
        double kvUsage,
        long steps,
        long generatedTokens,
        @Nullable Long acceleratorFreeBytes) {}
