package io.autoglm.gateway.directory;

import io.autoglm.gateway.directory.Recollection.Recalled.Known;
import io.autoglm.redis.RedisFailedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What a gateway remembers of records in Redis, also that there is none.
///
/// 1. What was heard less than half of `trustedFor` ago is believed.
/// 2. From then on it is believed too, and asked for again at once, so that nobody waits for what is in use.
/// 3. From `trustedFor` on, whoever asks waits for the answer; all of them for the same one.
/// 4. Where Redis gives none, what was heard is believed for `staleFor`, and Redis is left alone for
///    `trustedFor`.
///
/// May be called from any thread. An answer that was waited for comes on whichever thread Redis' answer came
/// on.
final class Recollection<T> {
    private static final Logger LOG = Logger.getLogger(Recollection.class);

    /// What is remembered of one record.
    sealed interface Recalled<T> {
        /// @param record empty where there is none
        record Known<T>(Optional<Versioned<T>> record) implements Recalled<T> {}

        /// Redis is away and nothing is remembered.
        record Away<T>() implements Recalled<T> {}
    }

    private enum Outcome {
        REMEMBERED,
        ASKED,
        STALE,
        AWAY
    }

    /// @param trustedFor how long an answer is believed
    /// @param staleFor   how long it is believed while there is no newer one
    /// @param max        how many records are remembered; the least used are forgotten first
    record Bounds(Duration trustedFor, Duration staleFor, int max) {}

    /// Where records come from.
    ///
    /// @param name for metrics
    /// @param away whether asking is of no use now
    record Source<T>(String name, Function<String, Uni<Optional<Versioned<T>>>> find, BooleanSupplier away) {}

    /// Guarded by itself.
    private static final class Memo<T> {
        @Nullable
        Known<T> known;

        long heardNanos;

        @Nullable
        Long refusedNanos;

        @Nullable
        Uni<Recalled<T>> flight;

        @Nullable
        Long notedNanos;
    }

    private final Source<T> source;
    private final Bounds bounds;
    private final LongSupplier nanos;
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    /// In the order of use. Guarded by itself.
    private final Map<String, Memo<T>> entries;

    Recollection(Source<T> source, Bounds bounds, LongSupplier nanos, MeterRegistry metrics) {
        this.source = source;
        this.bounds = bounds;
        this.nanos = nanos;
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Memo<T>> eldest) {
                return size() > bounds.max();
            }
        };
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(
                    outcome,
                    Counter.builder("autoglm.directory.lookups")
                            .description("Keys and tenants that were looked up")
                            .tag("record", source.name())
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
    }

    Uni<Recalled<T>> of(String id) {
        Memo<T> memo = memo(id);
        @Nullable Uni<Recalled<T>> begun = null;
        Uni<Recalled<T>> answer;
        synchronized (memo) {
            long now = nanos.getAsLong();
            long trusted = bounds.trustedFor().toNanos();
            @Nullable Known<T> known = memo.known;
            long age = now - memo.heardNanos;
            boolean believed = known != null && age < trusted;
            boolean leftAlone =
                    source.away().getAsBoolean() || (memo.refusedNanos != null && now - memo.refusedNanos < trusted);
            if (memo.flight == null && !leftAlone && !(believed && age < trusted / 2)) {
                begun = flight(id, memo, now);
                memo.flight = begun;
            }
            if (believed) {
                count(Outcome.REMEMBERED);
                answer = Uni.createFrom().item(Objects.requireNonNull(known));
            } else if (memo.flight == null || leftAlone) {
                answer = Uni.createFrom().item(withoutRedis(memo, now));
            } else {
                count(Outcome.ASKED);
                answer = memo.flight;
            }
        }
        if (begun != null) {
            begun.subscribe().with(done -> {});
        }
        return answer;
    }

    /// What was remembered of it is asked again by the next who wants it.
    void forget(String id) {
        synchronized (entries) {
            entries.remove(id);
        }
    }

    /// Whether something that should happen once in a while for a record is due now.
    boolean isDue(String id, Duration every) {
        Memo<T> memo = memo(id);
        synchronized (memo) {
            long now = nanos.getAsLong();
            if (memo.notedNanos != null && now - memo.notedNanos < every.toNanos()) {
                return false;
            }
            memo.notedNanos = now;
            return true;
        }
    }

    private Memo<T> memo(String id) {
        synchronized (entries) {
            return entries.computeIfAbsent(id, name -> new Memo<>());
        }
    }

    private Uni<Recalled<T>> flight(String id, Memo<T> memo, long begunNanos) {
        return Uni.createFrom()
                .deferred(() -> source.find().apply(id))
                .map(found -> heard(memo, found, begunNanos))
                .onFailure()
                .recoverWithItem(failure -> notHeard(memo, failure))
                .memoize()
                .indefinitely();
    }

    /// @param begunNanos when it was asked: what it says may be as old as that
    private Recalled<T> heard(Memo<T> memo, Optional<Versioned<T>> found, long begunNanos) {
        synchronized (memo) {
            Known<T> known = new Known<>(found);
            memo.known = known;
            memo.heardNanos = begunNanos;
            memo.refusedNanos = null;
            memo.flight = null;
            return known;
        }
    }

    private Recalled<T> notHeard(Memo<T> memo, Throwable failure) {
        if (!(failure instanceof RedisFailedException)) {
            LOG.errorf(failure, "a record could not be read record=%s", source.name());
        }
        synchronized (memo) {
            long now = nanos.getAsLong();
            memo.refusedNanos = now;
            memo.flight = null;
            return withoutRedis(memo, now);
        }
    }

    private Recalled<T> withoutRedis(Memo<T> memo, long now) {
        @Nullable Known<T> known = memo.known;
        boolean believed =
                known != null && now - memo.heardNanos < bounds.staleFor().toNanos();
        count(believed ? Outcome.STALE : Outcome.AWAY);
        return believed ? Objects.requireNonNull(known) : new Recalled.Away<>();
    }

    private void count(Outcome outcome) {
        Objects.requireNonNull(outcomes.get(outcome)).increment();
    }
}
