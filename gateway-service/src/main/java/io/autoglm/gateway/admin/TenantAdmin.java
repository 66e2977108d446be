package io.autoglm.gateway.admin;

import io.autoglm.gateway.admin.Desk.Reply;
import io.autoglm.gateway.directory.KeyRecord;
import io.autoglm.gateway.directory.Keys;
import io.autoglm.gateway.directory.TenantRecord;
import io.autoglm.gateway.directory.TenantSettings;
import io.autoglm.gateway.directory.Tenants;
import io.autoglm.gateway.directory.Versioned;
import io.autoglm.gateway.directory.Written;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.autoglm.gateway.identity.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/// `/admin/v1/tenants`: what each tenant may use.
@Singleton
final class TenantAdmin {
    private static final int PAGE = 100;

    private final Desk desk;
    private final Tenants tenants;
    private final Keys keys;
    private final StrictJson json;
    private final Views views;
    private final Journal journal;
    private final Clock clock;

    TenantAdmin(Desk desk, Tenants tenants, Keys keys, StrictJson json, Views views, Journal journal, Clock clock) {
        this.desk = desk;
        this.tenants = tenants;
        this.keys = keys;
        this.json = json;
        this.views = views;
        this.journal = journal;
        this.clock = clock;
    }

    void list(RoutingContext rc) {
        desk.answer(
                rc,
                () -> tenants.page(Asked.after(rc), Asked.limit(rc))
                        .map(page -> new Reply(200, views.page(page, views::tenant), null)));
    }

    void get(RoutingContext rc) {
        desk.answer(rc, () -> find(rc).map(tenant -> new Reply(200, views.tenant(tenant), Condition.etag(tenant))));
    }

    /// Whole: what the body leaves out is no limit any more.
    void put(RoutingContext rc) {
        desk.answer(rc, false, body -> {
            String tenant = Asked.tenant(rc);
            TenantSettings settings = json.read(body, TenantSettings.class);
            if (settings.isSuspended() && tenant.equals(Caller.of(rc).tenant())) {
                throw new RefusedException(
                        Problem.conflict("Nobody can suspend the tenant that they belong to.", "state", "own_tenant"));
            }
            Condition condition = Condition.of(rc.request());
            return tenants.get(tenant)
                    .flatMap(found -> found.isPresent()
                            ? replace(rc, found.get(), settings, condition)
                                    .map(written -> written(rc, 200, "tenant.change", written, StrictJson.names(body)))
                            : create(rc, tenant, settings, condition)
                                    .map(written ->
                                            written(rc, 201, "tenant.create", written, StrictJson.names(body))));
        });
    }

    private Uni<Written<TenantRecord>> replace(
            RoutingContext rc, Versioned<TenantRecord> found, TenantSettings settings, Condition condition) {
        if (condition.saysNothing()) {
            throw new RefusedException(Problem.conditionWanted());
        }
        condition.check(found);
        return tenants.change(found, settings, Caller.of(rc).account());
    }

    private Uni<Written<TenantRecord>> create(
            RoutingContext rc, String tenant, TenantSettings settings, Condition condition) {
        condition.checkNothingIsThere();
        return tenants.create(tenant, settings, Caller.of(rc).account());
    }

    /// Which models it may use, all else as it is.
    void putModels(RoutingContext rc) {
        desk.answer(rc, false, body -> {
            AllowedModels models = json.read(body, AllowedModels.class);
            Condition condition = Condition.of(rc.request());
            return find(rc).invoke(condition::check)
                    .flatMap(found -> tenants.change(
                            found,
                            found.value().settings().withModels(models.allowed()),
                            Caller.of(rc).account()))
                    .map(written -> written(rc, 200, "tenant.models", written, StrictJson.names(body)));
        });
    }

    /// Only of one without keys in force: without a record they would be held to the defaults.
    void delete(RoutingContext rc) {
        desk.answer(rc, () -> {
            Condition condition = Condition.of(rc.request());
            return find(rc).invoke(condition::check)
                    .call(found -> refuseIfInUse(found.value().id(), ""))
                    .flatMap(found -> tenants.remove(found).map(removed -> removed(rc, found, removed)));
        });
    }

    private Reply removed(RoutingContext rc, Versioned<TenantRecord> found, boolean removed) {
        if (!removed) {
            throw new RefusedException(Problem.changedMeanwhile("If-Match"));
        }
        journal.write(rc, new Journal.Change("tenant.delete", found.value().id(), null, 0, Set.of()));
        return new Reply(204, null, null);
    }

    private Uni<Void> refuseIfInUse(String tenant, String after) {
        return keys.page(tenant, after, PAGE).flatMap(page -> {
            boolean inUse = page.records().stream()
                    .anyMatch(key -> key.value().state(clock.instant()) == KeyRecord.State.ACTIVE);
            if (inUse) {
                throw new RefusedException(
                        Problem.conflict("The tenant has keys in force: revoke them first.", null, "tenant_has_keys"));
            }
            return page.next() == null ? Uni.createFrom().voidItem() : refuseIfInUse(tenant, page.next());
        });
    }

    private Uni<Versioned<TenantRecord>> find(RoutingContext rc) {
        String tenant = Asked.tenant(rc);
        return tenants.get(tenant).map(found -> orRefuse(found, tenant));
    }

    private static Versioned<TenantRecord> orRefuse(Optional<Versioned<TenantRecord>> found, String tenant) {
        return found.orElseThrow(() -> new RefusedException(Problem.noSuch("tenant", tenant)));
    }

    private Reply written(
            RoutingContext rc, int status, String action, Written<TenantRecord> written, Set<String> fields) {
        return switch (written) {
            case Written.Done<TenantRecord> done -> {
                String tenant = done.now().value().id();
                journal.write(
                        rc, new Journal.Change(action, tenant, null, done.now().version(), fields));
                yield new Reply(status, views.tenant(done.now()), Condition.etag(done.now()));
            }
            case Written.Missing<TenantRecord> gone ->
                throw new RefusedException(Problem.noSuch("tenant", Asked.tenant(rc)));
            case Written.Conflict<TenantRecord> other ->
                throw new RefusedException(Problem.changedMeanwhile("If-Match"));
            case Written.Full<TenantRecord> full ->
                throw new RefusedException(Problem.conflict(
                        "There are " + full.max() + " tenants, which is as many as there may be.",
                        null,
                        "too_many_tenants"));
        };
    }
}
