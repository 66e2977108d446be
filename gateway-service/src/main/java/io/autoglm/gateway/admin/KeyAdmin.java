package io.autoglm.gateway.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.admin.Desk.Reply;
import io.autoglm.gateway.directory.KeyRecord;
import io.autoglm.gateway.directory.KeySettings;
import io.autoglm.gateway.directory.Keys;
import io.autoglm.gateway.directory.Keys.Issued;
import io.autoglm.gateway.directory.Versioned;
import io.autoglm.gateway.directory.Written;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.autoglm.gateway.identity.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `/admin/v1/tenants/{tenant}/keys`. A key's text is in the answer that makes it, and nowhere after that.
@Singleton
final class KeyAdmin {
    /// Of two who change a key at once and did not say which version they mean, one is tried again.
    private static final int MAX_TRIES = 3;

    private final Desk desk;
    private final Keys keys;
    private final StrictJson json;
    private final Views views;
    private final Journal journal;
    private final Clock clock;

    KeyAdmin(Desk desk, Keys keys, StrictJson json, Views views, Journal journal, Clock clock) {
        this.desk = desk;
        this.keys = keys;
        this.json = json;
        this.views = views;
        this.journal = journal;
        this.clock = clock;
    }

    void list(RoutingContext rc) {
        desk.answer(rc, () -> {
            areKept();
            return keys.page(Asked.tenant(rc), Asked.after(rc), Asked.limit(rc))
                    .map(page -> new Reply(200, views.page(page, views::key), null));
        });
    }

    void get(RoutingContext rc) {
        desk.answer(rc, () -> find(rc).map(key -> new Reply(200, views.key(key), Condition.etag(key))));
    }

    void create(RoutingContext rc) {
        desk.answer(rc, true, body -> {
            areKept();
            String tenant = Asked.tenant(rc);
            KeySettings settings = json.read(body, KeySettings.class);
            if (settings.expiresAt() != null && !settings.expiresAt().isAfter(clock.instant())) {
                throw new RefusedException(Problem.invalid("'expiresAt' must be in the future.", "expiresAt"));
            }
            return keys.create(tenant, settings, Caller.of(rc).account())
                    .map(issued -> issued(rc, 201, "key.create", issued, StrictJson.names(body)));
        });
    }

    /// A JSON merge patch of what can be said of a key.
    void patch(RoutingContext rc) {
        desk.answer(
                rc,
                false,
                patch -> change(rc, key -> {
                            KeySettings changed = json.read(
                                    StrictJson.merged(json.tree(key.value().settings()), patch), KeySettings.class);
                            return keys.change(inForce(key), changed).map(written -> new Issued(written, null));
                        })
                        .map(issued -> issued(rc, 200, "key.change", issued, StrictJson.names(patch))));
    }

    void rotate(RoutingContext rc) {
        desk.answer(rc, true, body -> {
            Duration grace = json.read(body, Rotation.class).grace();
            return change(rc, key -> keys.rotate(inForce(key), grace))
                    .map(issued -> issued(rc, 200, "key.rotate", issued, StrictJson.names(body)));
        });
    }

    /// For good, and as often as one likes.
    void revoke(RoutingContext rc) {
        desk.answer(
                rc,
                true,
                body -> change(
                                rc,
                                key -> keys.revoke(key, Caller.of(rc).account())
                                        .map(written -> new Issued(written, null)))
                        .map(issued -> issued(rc, 200, "key.revoke", issued, Set.of())));
    }

    private Uni<Versioned<KeyRecord>> find(RoutingContext rc) {
        areKept();
        return keys.get(Asked.tenant(rc), Asked.key(rc))
                .map(found -> found.orElseThrow(() -> new RefusedException(Problem.noSuch("key", Asked.key(rc)))));
    }

    private Uni<Issued> change(RoutingContext rc, Function<Versioned<KeyRecord>, Uni<Issued>> change) {
        return change(rc, Condition.of(rc.request()), change, MAX_TRIES);
    }

    private Uni<Issued> change(
            RoutingContext rc, Condition condition, Function<Versioned<KeyRecord>, Uni<Issued>> change, int tries) {
        return find(rc).invoke(condition::check)
                .flatMap(key -> change.apply(key))
                .flatMap(issued -> {
                    boolean again =
                            issued.written() instanceof Written.Conflict && condition.ifMatch() == null && tries > 1;
                    return again
                            ? change(rc, condition, change, tries - 1)
                            : Uni.createFrom().item(issued);
                });
    }

    private Versioned<KeyRecord> inForce(Versioned<KeyRecord> key) {
        if (key.value().state(clock.instant()) == KeyRecord.State.REVOKED) {
            throw new RefusedException(
                    Problem.conflict("The key was revoked, which is for good: make another one.", null, "key_revoked"));
        }
        return key;
    }

    private Reply issued(RoutingContext rc, int status, String action, Issued issued, Set<String> fields) {
        return switch (issued.written()) {
            case Written.Done<KeyRecord> done -> {
                KeyRecord key = done.now().value();
                journal.write(
                        rc,
                        new Journal.Change(
                                action, key.tenant(), key.id(), done.now().version(), fields));
                yield new Reply(status, view(done.now(), issued.text()), Condition.etag(done.now()));
            }
            case Written.Missing<KeyRecord> gone ->
                throw new RefusedException(Problem.noSuch("key", String.valueOf(Asked.key(rc))));
            case Written.Conflict<KeyRecord> other -> throw new RefusedException(Problem.changedMeanwhile("If-Match"));
            case Written.Full<KeyRecord> full ->
                throw new RefusedException(Problem.conflict(
                        "The tenant has " + full.max() + " keys, which is as many as it may.", null, "too_many_keys"));
        };
    }

    private ObjectNode view(Versioned<KeyRecord> key, @Nullable String text) {
        ObjectNode view = views.key(key);
        return text == null ? view : view.put("key", text);
    }

    private void areKept() {
        if (!keys.areKept()) {
            throw new RefusedException(Problem.switchedOff(
                    "This gateway makes no API keys: its setting autoglm.keys.pepper is missing.", "keys_off"));
        }
    }
}
