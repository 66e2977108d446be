package io.autoglm.gateway.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the counts say to a {@link Claim}.
public sealed interface Verdict {
    List<Allowance> allowances();

    /// All of it is counted, and to be settled.
    record Admitted(List<Allowance> allowances) implements Verdict {}

    /// Nothing of it is counted.
    ///
    /// @param limit            the one that holds for longest
    /// @param scope            whose limit it is; null where it is the tenant's budget or this gateway's own bound
    /// @param retryAfterMillis when the same request would have a chance, at least 1
    record Refused(Limit limit, @Nullable Scope scope, long retryAfterMillis, List<Allowance> allowances)
            implements Verdict {}
}
