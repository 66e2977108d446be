package io.autoglm.gateway.admin;

import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes down what was changed, and who did it in which request.
@Singleton
final class Journal {
    private final AdminLog log;
    private final Clock clock;

    Journal(AdminLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /// What was changed.
    ///
    /// @param key     its id; null where a tenant was changed
    /// @param version that it has now; 0 where it is gone
    /// @param fields  that were sent
    record Change(String action, String tenant, @Nullable String key, long version, Set<String> fields) {}

    void write(RoutingContext rc, Change change) {
        Caller caller = Caller.of(rc);
        Trace trace = Trace.of(rc);
        log.changed(new AdminEvent(
                clock.instant(),
                trace.requestId(),
                trace.traceId(),
                caller.tenant(),
                caller.account(),
                change.action(),
                change.tenant(),
                change.key(),
                change.version(),
                change.fields()));
    }
}
