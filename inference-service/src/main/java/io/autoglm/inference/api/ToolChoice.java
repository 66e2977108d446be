package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// OpenAI's `tools` and `tool_choice`.
///
/// @param tools what the model is told of; null for none
/// @param must  whether it must call one
/// @param name  the one that it must call; null for any
record ToolChoice(
        @Nullable JsonNode tools, boolean must, @Nullable String name) {

    private static final int MOST_TOOLS = 128;

    static ToolChoice read(Fields request) {
        if (!request.has("tools")) {
            if (request.has("tool_choice")
                    && !"none".equals(request.node("tool_choice").textValue())) {
                throw request.wrong("tool_choice", "is only allowed when 'tools' are given");
            }
            return new ToolChoice(null, false, null);
        }
        JsonNode tools = request.node("tools");
        if (!tools.isArray() || tools.size() > MOST_TOOLS) {
            throw request.wrong("tools", "must be a list of at most " + MOST_TOOLS + " tools");
        }
        for (int i = 0; i < tools.size(); i++) {
            check(tools.get(i), "tools[" + i + "]");
        }
        JsonNode offered = tools.isEmpty() ? null : tools;
        JsonNode choice = request.node("tool_choice");
        if (!request.has("tool_choice")) {
            return new ToolChoice(offered, false, null);
        }
        if (choice.isObject()) {
            Fields named = request.object("tool_choice").orElseThrow();
            Fields function = named.object("function").orElseThrow(() -> named.wrong("function", "is required"));
            String name = function.requiredText("name");
            if (!offers(tools, name)) {
                throw function.wrong("name", "names no function of 'tools': '" + name + "'");
            }
            return new ToolChoice(offered, true, name);
        }
        return switch (request.text("tool_choice").orElse("")) {
            case "none" -> new ToolChoice(null, false, null);
            case "auto" -> new ToolChoice(offered, false, null);
            case "required" -> {
                if (offered == null) {
                    throw request.wrong("tool_choice", "requires a call, but 'tools' is empty");
                }
                yield new ToolChoice(offered, true, null);
            }
            default -> throw request.wrong("tool_choice", "must be none, auto, required or a named function");
        };
    }

    private static void check(JsonNode tool, String at) {
        if (!tool.isObject()) {
            throw RefusedException.invalid(at, "'" + at + "' must be an object");
        }
        Fields fields = new Fields(tool, at + ".");
        String type = fields.text("type").orElse("function");
        if (!type.equals("function")) {
            throw fields.wrong("type", "must be 'function', but is '" + type + "'");
        }
        Fields function = fields.object("function").orElseThrow(() -> fields.wrong("function", "is required"));
        function.requiredText("name");
        function.object("parameters");
    }

    private static boolean offers(JsonNode tools, String name) {
        for (JsonNode tool : tools) {
            if (name.equals(tool.path("function").path("name").textValue())) {
                return true;
            }
        }
        return false;
    }
}
