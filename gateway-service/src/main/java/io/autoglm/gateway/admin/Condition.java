package io.autoglm.gateway.admin;

import io.autoglm.gateway.directory.Versioned;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a request says the thing must be like, for it to be changed (RFC 9110, 13.1). An ETag is a record's
/// version.
///
/// @param ifMatch     the version that it must have; null where nothing was said
/// @param exists      `If-Match: *`: it must be there, whatever its version
/// @param existsNot   `If-None-Match: *`: it must not be there
record Condition(@Nullable Long ifMatch, boolean exists, boolean existsNot) {
    private static final Pattern ETAG = Pattern.compile("\"([0-9]{1,18})\"");

    /// @throws RefusedException with 400 for a header that is none of these
    static Condition of(HttpServerRequest request) {
        @Nullable String match = request.getHeader("If-Match");
        @Nullable String noneMatch = request.getHeader("If-None-Match");
        if (noneMatch != null && !noneMatch.strip().equals("*")) {
            throw wrong("If-None-Match", "'*'");
        }
        if (match == null || match.strip().equals("*")) {
            return new Condition(null, match != null, noneMatch != null);
        }
        Matcher etag = ETAG.matcher(match.strip());
        if (!etag.matches()) {
            throw wrong("If-Match", "one ETag as it was given, with its quotes, or '*'");
        }
        return new Condition(Long.valueOf(etag.group(1)), true, noneMatch != null);
    }

    private static RefusedException wrong(String header, String what) {
        return new RefusedException(Problem.invalid(header + " must be " + what + ".", header));
    }

    static String etag(Versioned<?> record) {
        return "\"" + record.version() + "\"";
    }

    boolean saysNothing() {
        return !exists && !existsNot;
    }

    /// @throws RefusedException with 412
    void check(Versioned<?> found) {
        if (existsNot) {
            throw new RefusedException(Problem.changedMeanwhile("If-None-Match"));
        }
        if (ifMatch != null && ifMatch != found.version()) {
            throw new RefusedException(Problem.changedMeanwhile("If-Match"));
        }
    }

    /// @throws RefusedException with 412
    void checkNothingIsThere() {
        if (exists) {
            throw new RefusedException(Problem.changedMeanwhile("If-Match"));
        }
    }
}
