package io.autoglm.context.window;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.Window;
import java.util.ArrayList;
import java.util.List;

/// Chooses the window of a conversation:
///
/// 1. the longest run of newest turns whose tokens together are within the budget; a turn is taken whole or not at all,
///    and nothing behind the first that does not fit is looked at, so that the window has no holes;
/// 2. a turn that begins with tool results answers calls made in the turn before it, so the window begins at the first
///    turn that does not;
/// 3. where every turn that fits begins so (a chain of tool calls longer than the budget), the oldest of them gives up
///    those results, whose calls are no longer there, and begins at its next message.
///
/// So whatever is recalled, a tool result is never without its call.
public final class ContextWindow {
    private ContextWindow() {}

    /// @param held   the newest turns, oldest first; turns that cannot fit may be missing at the old end
    /// @param turns  how many turns the conversation holds, at least `held.size()`
    /// @param budget tokens, 0 or more
    public static Window of(long version, List<JsonNode> pinned, List<Turn> held, int turns, long budget) {
        List<Turn> chosen = withoutDanglingResults(newestWithin(held, budget));
        long tokens = chosen.stream().mapToLong(Turn::tokens).sum();
        return new Window(version, pinned, chosen, tokens, turns - chosen.size());
    }

    private static List<Turn> newestWithin(List<Turn> held, long budget) {
        long left = budget;
        int first = held.size();
        while (first > 0 && held.get(first - 1).tokens() <= left) {
            first--;
            left -= held.get(first).tokens();
        }
        return held.subList(first, held.size());
    }

    private static List<Turn> withoutDanglingResults(List<Turn> fitting) {
        for (int i = 0; i < fitting.size(); i++) {
            if (!isToolResult(fitting.get(i).messages().getFirst())) {
                return List.copyOf(fitting.subList(i, fitting.size()));
            }
        }
        for (int i = 0; i < fitting.size(); i++) {
            List<JsonNode> rest = fitting.get(i).messages().stream()
                    .dropWhile(ContextWindow::isToolResult)
                    .toList();
            if (!rest.isEmpty()) {
                List<Turn> turns = new ArrayList<>(fitting.subList(i, fitting.size()));
                turns.set(0, new Turn(rest, fitting.get(i).tokens()));
                return List.copyOf(turns);
            }
        }
        return List.of();
    }

    private static boolean isToolResult(JsonNode message) {
        String role = message.path("role").asText();
        return role.equals("tool") || role.equals("function");
    }
}
