package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;

/// OpenAI's message roles, as far as recall tells them apart.
final class Roles {
    private Roles() {}

    /// `developer` is OpenAI's newer name for `system`.
    static boolean isSystem(JsonNode message) {
        String role = message.path("role").asText("");
        return role.equals("system") || role.equals("developer");
    }
}
