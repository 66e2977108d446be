package io.autoglm.gateway.identity;

import static io.autoglm.gateway.policy.Role.ADMIN;
import static io.autoglm.gateway.policy.Role.AUDITOR;
import static io.autoglm.gateway.policy.Role.OPERATOR;
import static io.autoglm.gateway.policy.Role.USER;

import io.autoglm.gateway.policy.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Which caller may use which route, in one table. A route that is not in it is used by nobody, whoever
/// registers it.
final class Access {
    /// Whose the route is.
    enum Reach {
        /// Everybody's, also of those who are nobody.
        PUBLIC,
        /// Each caller's, for its own tenant.
        OWN,
        /// Of the callers of the `{tenant}` in the path, and of the platform.
        NAMED,
        /// Of the callers of the platform's tenant alone.
        PLATFORM
    }

    private static final Set<String> ANY = Set.of();
    private static final Set<String> READ = Set.of("GET", "HEAD");

    private static final List<Row> TABLE = List.of(
            row(READ, "/health", Reach.PUBLIC),
            row(READ, "/docs/*", Reach.PUBLIC),
            row(READ, "/openapi", Reach.PUBLIC),
            row(READ, "/openapi.json", Reach.PUBLIC),
            row(READ, "/openapi.yaml", Reach.PUBLIC),
            row(ANY, "/v1/*", Reach.OWN, USER, ADMIN),
            row(ANY, "/rerank/*", Reach.OWN, USER, ADMIN),
            row(ANY, "/tokenize/*", Reach.OWN, USER, ADMIN),
            row(ANY, "/detokenize/*", Reach.OWN, USER, ADMIN),
            row(READ, "/admin/v1/models", Reach.OWN, OPERATOR, AUDITOR, ADMIN),
            row(READ, "/admin/v1/tenants", Reach.PLATFORM, OPERATOR, AUDITOR, ADMIN),
            row(READ, "/admin/v1/tenants/{tenant}", Reach.NAMED, OPERATOR, AUDITOR, ADMIN),
            // What a tenant may use is for those who sell it to say, not for the tenant.
            row(Set.of("PUT", "DELETE"), "/admin/v1/tenants/{tenant}", Reach.PLATFORM, ADMIN),
            row(READ, "/admin/v1/tenants/{tenant}/models", Reach.NAMED, OPERATOR, AUDITOR, ADMIN),
            row(Set.of("PUT"), "/admin/v1/tenants/{tenant}/models", Reach.PLATFORM, OPERATOR, ADMIN),
            row(READ, "/admin/v1/tenants/{tenant}/keys", Reach.NAMED, AUDITOR, ADMIN),
            row(Set.of("POST"), "/admin/v1/tenants/{tenant}/keys", Reach.NAMED, ADMIN),
            row(READ, "/admin/v1/tenants/{tenant}/keys/{key}", Reach.NAMED, AUDITOR, ADMIN),
            row(Set.of("PATCH"), "/admin/v1/tenants/{tenant}/keys/{key}", Reach.NAMED, ADMIN),
            row(Set.of("POST"), "/admin/v1/tenants/{tenant}/keys/{key}/rotate", Reach.NAMED, ADMIN),
            row(Set.of("POST"), "/admin/v1/tenants/{tenant}/keys/{key}/revoke", Reach.NAMED, ADMIN));

    /// One line of the table.
    ///
    /// @param methods  that it is about; empty for all
    /// @param template segments: a word, a `{name}` for any one, or a `*` at the end for any number of them
    record Row(Set<String> methods, List<String> template, Reach reach, Set<Role> roles) {
        boolean isAbout(String method) {
            return methods.isEmpty() || methods.contains(method);
        }

        boolean matches(List<String> path) {
            boolean open = template.getLast().equals("*");
            int fixed = open ? template.size() - 1 : template.size();
            if (open ? path.size() < fixed : path.size() != fixed) {
                return false;
            }
            for (int i = 0; i < fixed; i++) {
                boolean same = template.get(i).equals(path.get(i));
                if (!same && (!isName(template.get(i)) || path.get(i).isEmpty())) {
                    return false;
                }
            }
            return true;
        }

        boolean admits(Caller caller, List<String> path, String platform) {
            boolean reached = switch (reach) {
                case PUBLIC, OWN -> true;
                case NAMED ->
                    caller.tenant().equals(platform) || caller.tenant().equals(path.get(template.indexOf("{tenant}")));
                case PLATFORM -> caller.tenant().equals(platform);
            };
            return reached && roles.stream().anyMatch(caller::has);
        }

        private static boolean isName(String segment) {
            return segment.startsWith("{");
        }
    }

    /// What the table says.
    enum Verdict {
        ADMITTED,
        FORBIDDEN,
        WRONG_METHOD,
        NO_SUCH_ROUTE
    }

    private Access() {}

    static boolean isPublic(String method, String path) {
        List<String> segments = segments(path);
        return TABLE.stream()
                .anyMatch(row -> row.reach() == Reach.PUBLIC && row.isAbout(method) && row.matches(segments));
    }

    /// @param path     normalised, so that no two spellings mean one route
    /// @param platform the tenant whose callers have their roles everywhere
    static Verdict of(String method, String path, Caller caller, String platform) {
        List<String> segments = segments(path);
        List<Row> rows = TABLE.stream().filter(row -> row.matches(segments)).toList();
        if (rows.isEmpty()) {
            return Verdict.NO_SUCH_ROUTE;
        }
        List<Row> meant = rows.stream().filter(row -> row.isAbout(method)).toList();
        if (meant.isEmpty()) {
            return Verdict.WRONG_METHOD;
        }
        return meant.stream().anyMatch(row -> row.admits(caller, segments, platform))
                ? Verdict.ADMITTED
                : Verdict.FORBIDDEN;
    }

    private static Row row(Set<String> methods, String template, Reach reach, Role... roles) {
        return new Row(methods, segments(template), reach, Set.of(roles));
    }

    private static List<String> segments(String path) {
        return Arrays.asList(path.substring(1).split("/", -1));
    }
}
