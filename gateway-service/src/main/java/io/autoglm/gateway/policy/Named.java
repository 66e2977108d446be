package io.autoglm.gateway.policy;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What names of tenants, issuers, subjects and models may look like. They become parts of Redis keys,
/// headers and log lines.
public final class Named {
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern SUBJECT = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final int MAX_MODELS = 256;
    private static final int MAX_MODEL_CHARS = 256;

    private Named() {}

    public static boolean isTenant(String name) {
        return TENANT.matcher(name).matches();
    }

    /// @throws IllegalArgumentException for one that cannot be a header's value, or means an API key by
    ///         itself
    public static void subject(String field, @Nullable String name) {
        require(
                name == null || (SUBJECT.matcher(name).matches() && !name.startsWith("key:")),
                field,
                "must be 1 to 255 printable ASCII characters without spaces, and not begin with 'key:'");
    }

    /// @throws IllegalArgumentException for too many, or one that is too long
    public static void models(String field, @Nullable Set<String> names) {
        require(
                names == null
                        || (names.size() <= MAX_MODELS
                                && names.stream()
                                        .allMatch(name -> !name.isBlank() && name.length() <= MAX_MODEL_CHARS)),
                field,
                "must be at most " + MAX_MODELS + " names of at most " + MAX_MODEL_CHARS + " characters");
    }

    /// @throws IllegalArgumentException for one that is longer
    public static void text(String field, @Nullable String text, int maxChars) {
        require(
                text == null || (!text.isBlank() && text.length() <= maxChars),
                field,
                "must be 1 to " + maxChars + " characters");
    }

    public static void require(boolean holds, String field, String what) {
        if (!holds) {
            throw new IllegalArgumentException(field + ": " + what);
        }
    }
}
