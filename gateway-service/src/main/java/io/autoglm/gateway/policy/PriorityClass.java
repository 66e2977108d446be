package io.autoglm.gateway.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;
import java.util.Optional;

/// The scheduling class of a request, the most urgent first. Instances know the same three names.
@RegisterForReflection
public enum PriorityClass {
    @JsonProperty("interactive")
    INTERACTIVE,
    @JsonProperty("default")
    DEFAULT,
    @JsonProperty("bulk")
    BULK;

    /// As headers and metrics spell it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<PriorityClass> of(String label) {
        for (PriorityClass priority : values()) {
            if (priority.label().equals(label)) {
                return Optional.of(priority);
            }
        }
        return Optional.empty();
    }

    /// This one, or `ceiling` where that is less urgent.
    public PriorityClass atMost(PriorityClass ceiling) {
        return compareTo(ceiling) < 0 ? ceiling : this;
    }
}
