package io.autoglm.gateway;

import io.autoglm.gateway.admin.AdminRoutes;
import io.autoglm.gateway.chat.CompletionHandler;
import io.autoglm.gateway.errors.FailureHandler;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.health.PublicHealth;
import io.autoglm.gateway.http.EveryRequest;
import io.autoglm.gateway.models.ModelRoutes;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Every public route. Who may use which of them is said in `identity/Access`, and nobody may use one that is
/// not there: a route added here is protected before anybody thinks of it.
@Singleton
final class Routes {
    /// Before Quarkus's own handlers, so that their refusals carry the request's ids too.
    private static final int FIRST = 10_000;
    /// After all of Quarkus's routes but its own page for what is not found.
    private static final int LAST = Integer.MAX_VALUE - 1;

    private final EveryRequest everyRequest;
    private final CompletionHandler completions;
    private final ModelRoutes models;
    private final PublicHealth health;
    private final AdminRoutes admin;
    private final FailureHandler failures;
    private final ProblemWriter problems;

    /// @param settings first, so that a setting that makes no sense is named before anything works with it
    Routes(
            SettingsCheck settings,
            EveryRequest everyRequest,
            CompletionHandler completions,
            ModelRoutes models,
            PublicHealth health,
            AdminRoutes admin,
            FailureHandler failures,
            ProblemWriter problems) {
        this.everyRequest = everyRequest;
        this.completions = completions;
        this.models = models;
        this.health = health;
        this.admin = admin;
        this.failures = failures;
        this.problems = problems;
    }

    void filters(@Observes Filters filters) {
        filters.register(everyRequest, FIRST);
    }

    void routes(@Observes Router router) {
        router.route().failureHandler(failures);
        completions.routes(router);
        router.get("/v1/models").handler(models::list);
        router.get("/v1/models/*").handler(models::one);
        admin.routes(router);
        router.get("/health").handler(health::handle);
        router.route()
                .order(LAST)
                .handler(rc -> problems.write(
                        rc.response(),
                        known(rc.normalizedPath(), rc.request().method())
                                ? Problem.methodNotAllowed(rc.request().method().name(), rc.normalizedPath())
                                : Problem.noSuchRoute(rc.request().method().name(), rc.normalizedPath())));
    }

    /// Whether a path exists under another method.
    private boolean known(String path, HttpMethod method) {
        if (completions.knows(path)) {
            return !method.equals(HttpMethod.POST);
        }
        boolean models = path.equals("/v1/models") || path.startsWith("/v1/models/");
        return models && !method.equals(HttpMethod.GET);
    }
}
