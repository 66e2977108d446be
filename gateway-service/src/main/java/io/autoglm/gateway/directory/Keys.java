package io.autoglm.gateway.directory;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.directory.Recollection.Recalled;
import io.autoglm.redis.RedisCondition;
import io.autoglm.redis.RedisLink;
import io.autoglm.redis.RedisWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// API keys in Redis: who shows one is looked up here, and the admin API makes, changes and revokes them
/// here.
///
/// Safe from any thread. Answers that were waited for come on the thread of Redis' client.
@Singleton
public final class Keys {
    private static final KeyAnswer NOT_VALID = new KeyAnswer.Bad("The API key is not valid.");
    private static final KeyAnswer REVOKED = new KeyAnswer.Bad("The API key was revoked.");
    private static final KeyAnswer EXPIRED = new KeyAnswer.Bad("The API key has expired.");

    /// @param text the key itself, for its owner's eyes; null where none was made
    public record Issued(
            Written<KeyRecord> written, @Nullable String text) {
        /// Hides what a record would print of itself.
        @Override
        public String toString() {
            return "Issued[" + written + "]";
        }
    }

    private final KeysConfig config;
    private final @Nullable SecretForm form;
    private final Shelf<KeyRecord> shelf;
    private final Recollection<KeyRecord> recollection;
    private final Clock clock;

    Keys(
            KeysConfig config,
            RedisLink redis,
            RedisWatch watch,
            ObjectMapper json,
            Clock clock,
            LongSupplier nanoClock,
            MeterRegistry metrics) {
        this.config = config;
        this.form = config.pepper()
                .filter(pepper -> !pepper.isBlank())
                .map(SecretForm::new)
                .orElse(null);
        this.shelf = new Shelf<>(redis, json, clock, KeyRecord.class, "autoglm:gw:key:");
        this.recollection = new Recollection<>(
                new Recollection.Source<>("key", shelf::find, () -> watch.condition() instanceof RedisCondition.Away),
                new Recollection.Bounds(config.trustedFor(), config.staleFor(), config.maxRemembered()),
                nanoClock,
                metrics);
        this.clock = clock;
    }

    /// Whether keys are kept in Redis at all: it wants a pepper.
    public boolean areKept() {
        return form != null;
    }

    public Uni<KeyAnswer> find(String presented) {
        Optional<SecretForm.Shown> shown = form == null ? Optional.empty() : form.read(presented);
        return shown.isEmpty()
                ? Uni.createFrom().item(NOT_VALID)
                : recollection.of(shown.get().id()).map(recalled -> judge(shown.get(), recalled));
    }

    private KeyAnswer judge(SecretForm.Shown shown, Recalled<KeyRecord> recalled) {
        return switch (recalled) {
            case Recalled.Away<KeyRecord> away -> new KeyAnswer.Away();
            case Recalled.Known<KeyRecord> known ->
                known.record().map(record -> judge(shown, record.value())).orElse(NOT_VALID);
        };
    }

    private KeyAnswer judge(SecretForm.Shown shown, KeyRecord key) {
        Instant now = clock.instant();
        return switch (key.state(now)) {
            case REVOKED -> REVOKED;
            case EXPIRED -> EXPIRED;
            case ACTIVE -> key.opensWith(shown.hash(), now) ? used(key, now) : NOT_VALID;
        };
    }

    /// Nobody waits for it, and nobody is told where it fails: the next minute tries again.
    private KeyAnswer used(KeyRecord key, Instant now) {
        if (recollection.isDue(key.id(), config.noteUse())) {
            shelf.noteUse(key.id(), now).subscribe().with(noted -> {}, failed -> {});
        }
        return new KeyAnswer.Good(key);
    }

    /// @param by the account that makes it
    public Uni<Issued> create(String tenant, KeySettings settings, String by) {
        SecretForm secrets = form();
        String id = secrets.newId(clock);
        SecretForm.Made made = secrets.make(id);
        KeyRecord key = new KeyRecord(
                id,
                tenant,
                settings,
                List.of(new KeyRecord.Secret(made.hash(), null)),
                clock.instant(),
                by,
                null,
                null,
                null);
        return shelf.list(list(tenant), id, config.maxPerTenant())
                .flatMap(listed -> listed
                        ? shelf.put(id, key, Shelf.NONE, null).map(written -> new Issued(written, made.text()))
                        : Uni.createFrom().item(new Issued(new Written.Full<>(config.maxPerTenant()), null)));
    }

    /// @return empty where the tenant has no such key, whatever another tenant has
    public Uni<Optional<Versioned<KeyRecord>>> get(String tenant, String id) {
        return shelf.find(id)
                .map(found -> found.filter(key -> key.value().tenant().equals(tenant)));
    }

    /// @param after the id behind which the page begins; empty for the first page
    public Uni<Page<KeyRecord>> page(String tenant, String after, int size) {
        return shelf.page(list(tenant), after, size);
    }

    /// @param key      as it was read
    /// @param settings instead of those it has
    public Uni<Written<KeyRecord>> change(Versioned<KeyRecord> key, KeySettings settings) {
        return write(key, record -> record.with(settings), null);
    }

    /// A new secret for a key; those before it stay good for `grace`.
    public Uni<Issued> rotate(Versioned<KeyRecord> key, Duration grace) {
        SecretForm.Made made = form().make(key.value().id());
        return write(key, record -> record.rotated(made.hash(), grace, clock.instant()), null)
                .map(written -> new Issued(written, written instanceof Written.Done ? made.text() : null));
    }

    /// For good: it stays listed for `autoglm.keys.keep-revoked`.
    public Uni<Written<KeyRecord>> revoke(Versioned<KeyRecord> key, String by) {
        return write(key, record -> record.revoked(by, clock.instant()), config.keepRevoked());
    }

    private Uni<Written<KeyRecord>> write(
            Versioned<KeyRecord> key, UnaryOperator<KeyRecord> change, @Nullable Duration keep) {
        String id = key.value().id();
        return shelf.put(id, change.apply(key.value()), key.version(), keep).invoke(done -> recollection.forget(id));
    }

    private SecretForm form() {
        if (form == null) {
            throw new IllegalStateException("keys are not kept in Redis without autoglm.keys.pepper");
        }
        return form;
    }

    private static String list(String tenant) {
        return "autoglm:gw:keys:" + tenant;
    }
}
