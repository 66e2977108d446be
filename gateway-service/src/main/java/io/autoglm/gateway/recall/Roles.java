package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/// OpenAI's message roles, as far as recall tells them apart.
final class Roles {
    private static final Set<String> ALL = Set.of("system", "developer", "user", "assistant", "tool", "function");

    private Roles() {}

    /// Whether the context service keeps messages of this role.
    static boolean isKnown(JsonNode message) {
        return ALL.contains(message.path("role").asText(""));
    }

    /// `developer` is OpenAI's newer name for `system`.
    static boolean isSystem(JsonNode message) {
        String role = message.path("role").asText("");
        return role.equals("system") || role.equals("developer");
    }
}
