package io.autoglm.context.store;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.context.conversation.ConversationConfig;
import io.autoglm.context.conversation.ConversationKey;
import io.autoglm.context.conversation.NewTurn;
import io.autoglm.context.conversation.Outcome;
import io.autoglm.context.conversation.Refusal;
import io.autoglm.context.window.ContextWindow;
import io.autoglm.protocol.conversation.Conversation;
import io.autoglm.protocol.conversation.ConversationList;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.TurnList;
import io.autoglm.protocol.conversation.Window;
import io.autoglm.redis.LuaScript;
import io.autoglm.redis.RedisCondition;
import io.autoglm.redis.RedisConfig;
import io.autoglm.redis.RedisFailedException;
import io.autoglm.redis.RedisFailure;
import io.autoglm.redis.RedisLink;
import io.autoglm.redis.RedisWatch;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The conversations in Redis: one round trip per operation. Called on event loops; nothing here blocks.
@Singleton
public final class Conversations {
    private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};

    private final RedisLink link;
    private final RedisWatch watch;
    private final RedisConfig redis;
    private final TenantIndex index;
    private final ConversationConfig config;
    private final ObjectMapper json;
    private final TurnCodec codec;
    private final Clock clock;

    Conversations(
            RedisLink link,
            RedisWatch watch,
            RedisConfig redis,
            TenantIndex index,
            ConversationConfig config,
            ObjectMapper json,
            Clock clock) {
        this.link = link;
        this.watch = watch;
        this.redis = redis;
        this.index = index;
        this.config = config;
        this.json = json;
        this.codec = new TurnCodec(json, config.compressFrom().asLongValue());
        this.clock = clock;
    }

    /// Begins an empty conversation.
    public Uni<Outcome<Conversation>> create(ConversationKey key, Duration ttl, Map<String, String> metadata) {
        Instant now = clock.instant();
        List<Object> arguments = List.of(now.toEpochMilli(), ttl.toMillis(), written(metadata));
        Conversation begun = new Conversation(key.id(), 0, 0, 0, millis(now), millis(now.plus(ttl)), metadata);
        return answered(run(Scripts.CREATE, Keys.of(key).all(), arguments).map(reply -> {
            if (reply.toInteger() != 1) {
                return Outcome.refused(new Refusal.AlreadyThere(key.id()));
            }
            index.note(key);
            return Outcome.done(begun);
        }));
    }

    /// Appends a turn, and begins the conversation where there is none. Done means that Redis has it.
    public Uni<Outcome<Conversation>> append(ConversationKey key, NewTurn append) {
        byte[] messages = codec.json(append.turn().messages());
        byte[] pinned = append.pinned().isEmpty() ? new byte[0] : codec.json(append.pinned());
        long limit = config.maxTurnBytes().asLongValue();
        if (messages.length + (long) pinned.length > limit) {
            return refused(new Refusal.TooLarge("turn.messages", limit));
        }
        Long expected = append.expectedVersion();
        List<Object> arguments = List.of(
                append.requestId(),
                expected == null ? "" : expected,
                clock.millis(),
                config.ttl().toMillis(),
                append.turn().tokens(),
                codec.turn(append.turn().tokens(), messages),
                pinned.length == 0 ? pinned : codec.packed(pinned),
                config.maxTurns(),
                config.maxBytes().asLongValue(),
                config.requestIds());
        return answered(run(Scripts.APPEND, Keys.of(key).all(), arguments).map(reply -> {
            String verdict = reply.get(0).toString();
            if (verdict.equals("moved")) {
                return Outcome.refused(new Refusal.Moved(
                        Objects.requireNonNull(expected), reply.get(1).toLong()));
            }
            if (verdict.equals("appended")) {
                index.note(key);
            }
            return Outcome.done(appended(key.id(), reply));
        }));
    }

    /// @param budget tokens
    public Uni<Outcome<Window>> window(ConversationKey key, long budget) {
        return answered(link.run(Scripts.WINDOW, Keys.of(key).all(), List.of(budget))
                .map(reply -> Outcome.done(
                        reply == null ? new Window(0, List.of(), List.of(), 0, 0) : window(reply, budget))));
    }

    public Uni<Outcome<Conversation>> describe(ConversationKey key) {
        return answered(described(key)
                .map(found -> found.<Outcome<Conversation>>map(Outcome::done)
                        .orElseGet(() -> Outcome.refused(new Refusal.NotFound(key.id())))));
    }

    /// @param after number of the turn before the page, 0 for the first page
    public Uni<Outcome<TurnList>> turns(ConversationKey key, long after, int limit) {
        return answered(link.run(Scripts.TURNS, Keys.of(key).all(), List.of(after, limit))
                .map(reply ->
                        reply == null ? Outcome.refused(new Refusal.NotFound(key.id())) : Outcome.done(turns(reply))));
    }

    /// The conversations of a tenant, those that were appended to last first. A page may hold fewer than
    /// `limit` because some have expired; `next` says whether there are more.
    ///
    /// @param after `next` of the page before, null for the first
    public Uni<Outcome<ConversationList>> list(String tenant, @Nullable String after, int limit) {
        Cursor from = after == null ? null : Cursor.parse(after).orElse(null);
        if (after != null && from == null) {
            return refused(new Refusal.Invalid("after", "must be `next` of a page before"));
        }
        return answered(index.page(tenant, from, limit + 1).chain(entries -> listed(tenant, entries, limit)));
    }

    /// Done with false where there was none.
    public Uni<Outcome<Boolean>> delete(ConversationKey key) {
        Cursor asked = new Cursor(clock.millis(), key.id());
        return answered(link.delete(Keys.of(key).all()).map(found -> {
            index.forget(key.tenant(), asked);
            return Outcome.done(found > 0);
        }));
    }

    private Uni<Outcome<ConversationList>> listed(String tenant, List<Cursor> entries, int limit) {
        List<Cursor> page = entries.subList(0, Math.min(limit, entries.size()));
        String next = entries.size() > limit ? page.getLast().text() : null;
        if (page.isEmpty()) {
            return Uni.createFrom().item(Outcome.done(new ConversationList(List.of(), null)));
        }
        List<Uni<Optional<Conversation>>> each = page.stream()
                .map(entry -> described(new ConversationKey(tenant, entry.id())).invoke(found -> {
                    if (found.isEmpty()) {
                        index.forget(tenant, entry);
                    }
                }))
                .toList();
        return Uni.join()
                .all(each)
                .andFailFast()
                .map(found -> Outcome.done(new ConversationList(
                        found.stream().flatMap(Optional::stream).toList(), next)));
    }

    private Uni<Optional<Conversation>> described(ConversationKey key) {
        return link.run(
                        Scripts.DESCRIBE,
                        List.of(Keys.of(key).meta(), Keys.of(key).turns()),
                        List.of())
                .map(reply -> reply == null
                        ? Optional.empty()
                        : Optional.of(new Conversation(
                                key.id(),
                                reply.get(0).toLong(),
                                reply.get(1).toInteger(),
                                reply.get(2).toLong(),
                                Instant.ofEpochMilli(reply.get(3).toLong()),
                                expiry(reply.get(4).toLong()),
                                metadata(reply.get(5).toString()))));
    }

    private Conversation appended(String id, Response reply) {
        return new Conversation(
                id,
                reply.get(1).toLong(),
                reply.get(2).toInteger(),
                reply.get(3).toLong(),
                Instant.ofEpochMilli(reply.get(4).toLong()),
                expiry(reply.get(5).toLong()),
                metadata(reply.get(6).toString()));
    }

    private Window window(Response reply, long budget) {
        byte[] pinned = reply.get(2).toBytes();
        List<Turn> newestFirst = stored(reply, 3);
        return ContextWindow.of(
                reply.get(0).toLong(),
                pinned.length == 0 ? List.of() : readable(pinned, bytes -> codec.messages(bytes, 0)),
                newestFirst.reversed(),
                reply.get(1).toInteger(),
                budget);
    }

    private TurnList turns(Response reply) {
        List<Turn> page = stored(reply, 2);
        long first = reply.get(1).toLong();
        long last = first + page.size() - 1;
        return new TurnList(page, first, !page.isEmpty() && last < reply.get(0).toLong() ? last : null);
    }

    private List<Turn> stored(Response reply, int from) {
        List<Turn> turns = new ArrayList<>(reply.size() - from);
        for (int i = from; i < reply.size(); i++) {
            turns.add(readable(reply.get(i).toBytes(), codec::turn));
        }
        return turns;
    }

    private Instant expiry(long remainingMillis) {
        return millis(clock.instant()).plusMillis(remainingMillis);
    }

    private static Instant millis(Instant instant) {
        return Instant.ofEpochMilli(instant.toEpochMilli());
    }

    private String written(Map<String, String> metadata) {
        try {
            return json.writeValueAsString(metadata);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> metadata(String text) {
        return readable(text, stored -> json.readValue(stored, METADATA));
    }

    /// What this service wrote it can read; if not, that is a bug and no answer to a caller.
    private static <T, R> R readable(T stored, Reading<T, R> reading) {
        try {
            return reading.of(stored);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A script that always answers.
    private Uni<Response> run(LuaScript script, List<String> keys, List<Object> arguments) {
        return link.run(script, keys, arguments).map(Objects::requireNonNull);
    }

    private <T> Uni<Outcome<T>> answered(Uni<Outcome<T>> asked) {
        if (watch.condition() instanceof RedisCondition.Evicting) {
            return refused(new Refusal.NoWrites(retryAfterSeconds()));
        }
        return asked.onFailure(RedisFailedException.class)
                .recoverWithItem(e -> Outcome.<T>refused(refusal(((RedisFailedException) e).failure())));
    }

    private Refusal refusal(RedisFailure failure) {
        return switch (failure) {
            case RedisFailure.Away away -> new Refusal.Unavailable(retryAfterSeconds());
            case RedisFailure.Refused refused -> new Refusal.NoWrites(retryAfterSeconds());
        };
    }

    private int retryAfterSeconds() {
        return (int) Math.max(1, redis.retryAfter().toSeconds());
    }

    private static <T> Uni<Outcome<T>> refused(Refusal reason) {
        return Uni.createFrom().item(Outcome.refused(reason));
    }

    private interface Reading<T, R> {
        R of(T stored) throws IOException;
    }
}
