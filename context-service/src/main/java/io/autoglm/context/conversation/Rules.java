package io.autoglm.context.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.protocol.conversation.ConversationCreate;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.service.Bounds;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a body must be, checked on its JSON so that the answer can name the field.
///
/// Made at the start, before Redis is asked, so that a wrong limit stops that instead of the first request.
@Startup(1)
@Singleton
public final class Rules {
    private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");
    private static final Set<String> OTHER_ROLES = Set.of("user", "assistant", "tool", "function");
    private static final int MAX_REQUEST_ID = 128;
    private static final int MAX_METADATA_PAIRS = 16;
    private static final int MAX_METADATA_KEY = 64;
    private static final int MAX_METADATA_VALUE = 512;

    private final ConversationConfig config;

    Rules(ConversationConfig config) {
        this.config = checked(config);
    }

    private static ConversationConfig checked(ConversationConfig config) {
        String prefix = "autoglm.conversation.";
        Bounds.positive(prefix + "ttl", config.ttl());
        Bounds.ordered(prefix + "ttl", config.ttl(), prefix + "max-ttl", config.maxTtl());
        Bounds.atLeast(prefix + "max-turn-messages", config.maxTurnMessages(), 1);
        Bounds.atLeast(prefix + "max-turn-bytes", config.maxTurnBytes().asLongValue(), 1);
        Bounds.atLeast(prefix + "max-turns", config.maxTurns(), 1);
        Bounds.atLeast(prefix + "max-bytes", config.maxBytes().asLongValue(), 1);
        Bounds.atLeast(prefix + "request-ids", config.requestIds(), 1);
        Bounds.atLeast(prefix + "max-listed", config.maxListed(), 1);
        Bounds.atLeast(prefix + "compress-from", config.compressFrom().asLongValue(), 0);
        return config;
    }

    /// The body of an append; see {@link io.autoglm.protocol.conversation.TurnAppend}.
    public Outcome<NewTurn> turn(JsonNode body) {
        try {
            object(body, null);
            JsonNode turn = object(body.path("turn"), "turn");
            List<JsonNode> pinned = new ArrayList<>();
            List<JsonNode> kept = new ArrayList<>();
            for (JsonNode message : messages(turn.path("messages"))) {
                (SYSTEM_ROLES.contains(message.path("role").textValue()) ? pinned : kept).add(message);
            }
            check(!kept.isEmpty(), "turn.messages", "at least one message that is not a system message is needed");
            long tokens = integer(turn.path("tokens"), "turn.tokens", 0, Integer.MAX_VALUE);
            return Outcome.done(new NewTurn(
                    requestId(body.path("requestId")),
                    List.copyOf(pinned),
                    new Turn(kept, (int) tokens),
                    optionalInteger(body.path("expectedVersion"), "expectedVersion", 0, Long.MAX_VALUE)));
        } catch (InvalidField e) {
            return Outcome.refused(new Refusal.Invalid(e.param, e.message));
        }
    }

    /// The body of a creation.
    public Outcome<ConversationCreate> creation(JsonNode body) {
        try {
            object(body, null);
            @Nullable
            Long ttl = optionalInteger(
                    body.path("ttlSeconds"), "ttlSeconds", 1, config.maxTtl().toSeconds());
            return Outcome.done(new ConversationCreate(id(body.path("id")), ttl, metadata(body.path("metadata"))));
        } catch (InvalidField e) {
            return Outcome.refused(new Refusal.Invalid(e.param, e.message));
        }
    }

    public Duration ttl(ConversationCreate creation) {
        Long seconds = creation.ttlSeconds();
        return seconds == null ? config.ttl() : Duration.ofSeconds(seconds);
    }

    private JsonNode messages(JsonNode messages) throws InvalidField {
        String param = "turn.messages";
        check(messages.isArray() && !messages.isEmpty(), param, "must be a list of at least one message");
        check(messages.size() <= config.maxTurnMessages(), param, "at most " + config.maxTurnMessages() + " messages");
        for (int i = 0; i < messages.size(); i++) {
            String at = param + "[" + i + "]";
            JsonNode role = object(messages.get(i), at).path("role");
            check(
                    role.isTextual()
                            && (SYSTEM_ROLES.contains(role.textValue()) || OTHER_ROLES.contains(role.textValue())),
                    at + ".role",
                    "must be system, developer, user, assistant, tool or function");
        }
        return messages;
    }

    private static String requestId(JsonNode node) throws InvalidField {
        boolean fits = node.isTextual()
                && !node.textValue().isBlank()
                && node.textValue().length() <= MAX_REQUEST_ID;
        check(fits, "requestId", "must be a text of 1 to " + MAX_REQUEST_ID + " characters");
        return node.textValue();
    }

    private static @Nullable String id(JsonNode node) throws InvalidField {
        if (absent(node)) {
            return null;
        }
        check(
                node.isTextual() && ConversationKey.isId(node.textValue()),
                "id",
                "1 to 128 of letters, digits and . _ : @ - that begin with a letter, a digit or _");
        return node.textValue();
    }

    private static @Nullable Map<String, String> metadata(JsonNode node) throws InvalidField {
        if (absent(node)) {
            return null;
        }
        object(node, "metadata");
        check(node.size() <= MAX_METADATA_PAIRS, "metadata", "at most " + MAX_METADATA_PAIRS + " pairs");
        Map<String, String> pairs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> pair : node.properties()) {
            String at = "metadata." + pair.getKey();
            check(
                    pair.getKey().length() <= MAX_METADATA_KEY,
                    at,
                    "a key has at most " + MAX_METADATA_KEY + " characters");
            check(
                    pair.getValue().isTextual() && pair.getValue().textValue().length() <= MAX_METADATA_VALUE,
                    at,
                    "must be a text of at most " + MAX_METADATA_VALUE + " characters");
            pairs.put(pair.getKey(), pair.getValue().textValue());
        }
        return pairs;
    }

    private static JsonNode object(JsonNode node, @Nullable String param) throws InvalidField {
        check(node.isObject(), param, "must be a JSON object");
        return node;
    }

    private static @Nullable Long optionalInteger(JsonNode node, String param, long min, long max) throws InvalidField {
        return absent(node) ? null : integer(node, param, min, max);
    }

    private static long integer(JsonNode node, String param, long min, long max) throws InvalidField {
        boolean fits = node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= min
                && node.longValue() <= max;
        check(fits, param, "must be a whole number from " + min + " to " + max);
        return node.longValue();
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static void check(boolean holds, @Nullable String param, String message) throws InvalidField {
        if (!holds) {
            throw new InvalidField(param, message);
        }
    }

    /// Leaves the depth of a check; never leaves this class.
    private static final class InvalidField extends Exception {
        final @Nullable String param;
        final String message;

        InvalidField(@Nullable String param, String message) {
            super(message, null, false, false);
            this.param = param;
            this.message = message;
        }
    }
}
