package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.PriorityClass;
import org.jspecify.annotations.Nullable;

/// How urgent a request is: what its header says, else OpenAI's `service_tier`, else a stream is `interactive`
/// and everything else `default`; and never more than its key and its tenant may.
final class Urgency {
    static final String HEADER = "x-priority";

    private Urgency() {}

    /// @param header null where there is none
    static @Nullable Problem problem(@Nullable String header) {
        return header == null || PriorityClass.of(header).isPresent()
                ? null
                : Problem.invalid("X-Priority must be interactive, default or bulk.", "X-Priority");
    }

    /// @param header one that is no {@link #problem}
    static PriorityClass of(@Nullable String header, CompletionRequest request, Caller caller) {
        PriorityClass asked =
                header == null ? ofTier(request) : PriorityClass.of(header).orElseThrow();
        return asked.atMost(caller.priority()).atMost(caller.policy().priority());
    }

    /// A tier of another name is the instance's to judge.
    private static PriorityClass ofTier(CompletionRequest request) {
        return switch (request.json().path("service_tier").asText("")) {
            case "priority" -> PriorityClass.INTERACTIVE;
            case "default", "auto" -> PriorityClass.DEFAULT;
            case "flex" -> PriorityClass.BULK;
            default -> request.stream() ? PriorityClass.INTERACTIVE : PriorityClass.DEFAULT;
        };
    }
}
