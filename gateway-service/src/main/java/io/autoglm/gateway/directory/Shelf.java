package io.autoglm.gateway.directory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.redis.LuaScript;
import io.autoglm.redis.RedisLink;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Records of one kind in Redis: a hash each, with its JSON and a version, so that two who change it at once
/// notice; and sets of ids beside them, for lists. A record and its set may lie on different nodes of a
/// cluster and are changed one after the other: an id is put into its set first, and an id without a record
/// means nothing.
///
/// Every method fails only with {@link io.autoglm.redis.RedisFailedException}, or where what lies in Redis is
/// not what was put there.
final class Shelf<T> {
    /// Instead of a version: whatever it is, if there is any.
    static final long ANY = -1;
    /// Instead of a version: there is none.
    static final long NONE = 0;

    private static final LuaScript FIND = LuaScript.of("record-find");
    private static final LuaScript PUT = LuaScript.of("record-put");
    private static final LuaScript REMOVE = LuaScript.of("record-remove");
    private static final LuaScript USED = LuaScript.of("record-used");
    private static final LuaScript LIST_ADD = LuaScript.of("ids-add");
    private static final LuaScript LIST_REMOVE = LuaScript.of("ids-remove");
    private static final LuaScript LIST_PAGE = LuaScript.of("ids-page");

    private final RedisLink redis;
    private final ObjectMapper json;
    private final Clock clock;
    private final Class<T> type;
    private final String prefix;

    /// @param prefix of the records' keys in Redis
    Shelf(RedisLink redis, ObjectMapper json, Clock clock, Class<T> type, String prefix) {
        this.redis = redis;
        this.json = json;
        this.clock = clock;
        this.type = type;
        this.prefix = prefix;
    }

    Uni<Optional<Versioned<T>>> find(String id) {
        return redis.run(FIND, List.of(prefix + id), List.of()).map(this::read);
    }

    /// @param expected the version that it must have, {@link #ANY} or {@link #NONE}
    /// @param keep     how long it is kept from now on; null for ever
    Uni<Written<T>> put(String id, T value, long expected, @Nullable Duration keep) {
        List<String> arguments = List.of(
                write(value),
                Long.toString(expected),
                Long.toString(keep == null ? 0 : keep.toMillis()),
                Long.toString(clock.millis()));
        return redis.run(PUT, List.of(prefix + id), arguments).map(answer -> {
            Response told = Objects.requireNonNull(answer, "the script answers");
            long version = told.get(1).toLong();
            return switch (told.get(0).toInteger()) {
                case 1 -> new Written.Done<>(new Versioned<>(value, version, null));
                default -> version == NONE ? new Written.Missing<>() : new Written.Conflict<>(version);
            };
        });
    }

    /// @return false where there was none of that version
    Uni<Boolean> remove(String id, long expected) {
        return redis.run(REMOVE, List.of(prefix + id), List.of(Long.toString(expected)))
                .map(answer ->
                        Objects.requireNonNull(answer, "the script answers").toInteger() == 1);
    }

    Uni<Void> noteUse(String id, Instant when) {
        return redis.run(USED, List.of(prefix + id), List.of(Long.toString(when.toEpochMilli())))
                .replaceWithVoid();
    }

    /// @return false where the set has `max` others already
    Uni<Boolean> list(String set, String id, int max) {
        return redis.run(LIST_ADD, List.of(set), List.of(id, Integer.toString(max)))
                .map(answer ->
                        Objects.requireNonNull(answer, "the script answers").toInteger() == 1);
    }

    Uni<Void> unlist(String set, List<String> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().voidItem()
                : redis.run(LIST_REMOVE, List.of(set), ids).replaceWithVoid();
    }

    /// Ids whose records are gone are taken off the list in passing.
    ///
    /// @param after the id behind which the page begins; empty for the first page
    Uni<Page<T>> page(String set, String after, int size) {
        return redis.run(LIST_PAGE, List.of(set), List.of(after, Integer.toString(size + 1)))
                .map(answer -> texts(Objects.requireNonNull(answer, "the script answers")))
                .flatMap(ids -> {
                    boolean more = ids.size() > size;
                    List<String> shown = more ? ids.subList(0, size) : ids;
                    return records(set, shown).map(records -> new Page<>(records, more ? shown.getLast() : null));
                });
    }

    private Uni<List<Versioned<T>>> records(String set, List<String> ids) {
        if (ids.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<Uni<Optional<Versioned<T>>>> finds = ids.stream().map(this::find).toList();
        return Uni.join().all(finds).andFailFast().flatMap(found -> {
            List<Versioned<T>> records = new ArrayList<>();
            List<String> gone = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                String id = ids.get(i);
                found.get(i).ifPresentOrElse(records::add, () -> gone.add(id));
            }
            return unlist(set, gone).replaceWith(records);
        });
    }

    private static List<String> texts(Response answer) {
        List<String> texts = new ArrayList<>();
        answer.forEach(text -> texts.add(text.toString(StandardCharsets.UTF_8)));
        return texts;
    }

    private Optional<Versioned<T>> read(@Nullable Response answer) {
        @Nullable Response text = answer == null ? null : answer.get(0);
        if (answer == null || text == null) {
            return Optional.empty();
        }
        @Nullable Response used = answer.get(2);
        try {
            T value = json.readValue(text.toBytes(), type);
            return Optional.of(new Versioned<>(
                    value, answer.get(1).toLong(), used == null ? null : Instant.ofEpochMilli(used.toLong())));
        } catch (IOException e) {
            throw new IllegalStateException("a record below " + prefix + " cannot be read", e);
        }
    }

    private String write(T value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record could not be written", e);
        }
    }
}
