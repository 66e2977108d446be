package io.autoglm.gateway.admin;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.autoglm.gateway.policy.Named;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a request names in its path and query.
final class Asked {
    private static final Pattern CURSOR = Pattern.compile("[A-Za-z0-9._-]{0,64}");
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 100;

    private Asked() {}

    /// @throws RefusedException with 400 for what cannot be a tenant's name
    static String tenant(RoutingContext rc) {
        String name = rc.pathParam("tenant");
        if (!Named.isTenant(name)) {
            throw new RefusedException(
                    Problem.invalid("'tenant' must be 1 to 64 letters, digits, '.', '_' or '-'.", "tenant"));
        }
        return name;
    }

    static String key(RoutingContext rc) {
        return rc.pathParam("key");
    }

    /// @throws RefusedException with 400
    static String after(RoutingContext rc) {
        @Nullable String after = rc.request().getParam("after");
        if (after != null && !CURSOR.matcher(after).matches()) {
            throw new RefusedException(Problem.invalid("'after' must be a last_id of this list.", "after"));
        }
        return after == null ? "" : after;
    }

    /// @throws RefusedException with 400
    static int limit(RoutingContext rc) {
        @Nullable String limit = rc.request().getParam("limit");
        if (limit == null) {
            return DEFAULT_PAGE;
        }
        if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MAX_PAGE) {
            throw new RefusedException(Problem.invalid("'limit' must be from 1 to " + MAX_PAGE + ".", "limit"));
        }
        return Integer.parseInt(limit);
    }
}
