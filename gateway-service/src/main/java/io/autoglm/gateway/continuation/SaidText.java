package io.autoglm.gateway.continuation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.upstream.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Of any engine: the text that was said is given to another one to go on with, see {@link TextRequest}. What
/// it says then follows from the same text, but perhaps not from the same tokens, so that the answer is one
/// that the model could have given and not always the one that it would have. Only plain text can be gone on
/// with: once a stream has brought reasoning, a call or several choices, nobody goes on.
///
/// The events of the stream that goes on are given the id of the first one, and their usage is put right:
/// what was said before counts as answer, one token for each event.
final class SaidText implements Progress {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Beyond it nobody goes on.
    private static final int MOST_CHARACTERS = 1 << 20;
    /// What a delta may have and be plain text.
    private static final Set<String> PLAIN = Set.of("role", "content");

    private final TextRequest request;
    private final StringBuilder text = new StringBuilder();
    private int saidEvents;
    /// Of those, how many other instances have said.
    private int saidElsewhere;
    private @Nullable ObjectNode opening;
    private boolean possible = true;
    private boolean goesOn;

    SaidText(TextRequest request) {
        this.request = request;
    }

    @Override
    public List<SseEvent> pass(List<SseEvent> events) {
        List<SseEvent> now = new ArrayList<>(events.size());
        for (SseEvent event : events) {
            if (event.empty() || event.done() || !(possible || goesOn)) {
                now.add(event);
            } else {
                read(event).ifPresent(now::add);
            }
        }
        return now;
    }

    /// @return the event, perhaps another one in its place; empty where the client knows what it says
    private Optional<SseEvent> read(SseEvent event) {
        ObjectNode chunk;
        try {
            if (!(JSON.readTree(event.data()) instanceof ObjectNode read)) {
                possible = false;
                return Optional.of(event);
            }
            chunk = read;
        } catch (JsonProcessingException e) {
            possible = false;
            return Optional.of(event);
        }
        if (opening == null) {
            opening = JSON.createObjectNode();
            opening.set("id", chunk.path("id"));
            opening.set("created", chunk.path("created"));
        }
        boolean says = false;
        for (JsonNode choice : chunk.path("choices")) {
            says |= hear(choice);
        }
        if (!goesOn) {
            return Optional.of(event);
        }
        boolean usage = chunk.path("usage").isObject();
        return says || usage || chunk.path("choices").isEmpty() ? Optional.of(continued(chunk)) : Optional.empty();
    }

    /// @return whether the choice says something that a client does not know from the opening
    private boolean hear(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        boolean plain = choice.path("index").asInt(0) == 0
                && delta.properties().stream()
                        .allMatch(field -> PLAIN.contains(field.getKey()) || blank(field.getValue()));
        String said = request.chat()
                ? delta.path("content").asText("")
                : choice.path("text").asText("");
        possible &= plain && !choice.hasNonNull("finish_reason") && text.length() + said.length() <= MOST_CHARACTERS;
        if (possible && !said.isEmpty()) {
            text.append(said);
            saidEvents++;
        }
        return !plain || !said.isEmpty() || choice.hasNonNull("finish_reason");
    }

    private static boolean blank(JsonNode value) {
        return value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isContainerNode() && value.isEmpty());
    }

    private SseEvent continued(ObjectNode chunk) {
        if (opening != null) {
            opening.properties().stream()
                    .filter(field -> !field.getValue().isMissingNode())
                    .forEach(field -> chunk.set(field.getKey(), field.getValue()));
        }
        if (chunk.get("usage") instanceof ObjectNode usage) {
            usage.put("prompt_tokens", Math.max(0, usage.path("prompt_tokens").asInt() - saidElsewhere));
            usage.put("completion_tokens", usage.path("completion_tokens").asInt() + saidElsewhere);
        }
        return SseEvent.saying(chunk.toString());
    }

    @Override
    public List<SseEvent> kept() {
        return List.of();
    }

    @Override
    public Optional<Buffer> onward() {
        return possible && !text.isEmpty() ? request.goingOn(text.toString(), saidEvents) : Optional.empty();
    }

    @Override
    public void goesOn() {
        goesOn = true;
        saidElsewhere = saidEvents;
    }

    @Override
    public boolean astray() {
        return false;
    }
}
