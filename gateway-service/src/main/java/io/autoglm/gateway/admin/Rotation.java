package io.autoglm.gateway.admin;

import io.autoglm.gateway.policy.Named;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a key's secret is to be replaced.
///
/// @param graceSeconds how long the secret before stays good; null for a day, 0 for not at all
@RegisterForReflection
record Rotation(@Nullable Long graceSeconds) {
    private static final Duration DEFAULT = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(30);

    Rotation {
        Named.require(
                graceSeconds == null || (graceSeconds >= 0 && graceSeconds <= LONGEST.toSeconds()),
                "graceSeconds",
                "must be from 0 to " + LONGEST.toSeconds());
    }

    Duration grace() {
        return graceSeconds == null ? DEFAULT : Duration.ofSeconds(graceSeconds);
    }
}
