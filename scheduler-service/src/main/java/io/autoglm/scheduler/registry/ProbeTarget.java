package io.autoglm.scheduler.registry;

import org.jspecify.annotations.Nullable;

/// An instance that should be probed now.
///
/// @param incarnation of the process that is meant; the finding about another one is not believed
/// @param model       to ask a prompt of; null where the instance serves none
/// @param steps       its engine's step counter when the probe was decided on
public record ProbeTarget(
        String id, String url, String incarnation, @Nullable String model, long steps) {}
