package io.autoglm.gateway.admission;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Ceiling;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which limits a request is counted by.
final class Claims {
    private Claims() {}

    static Claim of(Caller caller, String requestId, String model, Tokens estimate) {
        List<Scope> scopes = new ArrayList<>();
        add(scopes, "key", "account:" + caller.account(), caller.limits());
        add(scopes, "tenant", "tenant", caller.policy().limits());
        @Nullable Limits ofModel = caller.policy().of(model);
        if (ofModel != null) {
            add(scopes, "model", "model:" + model, ofModel);
        }
        return new Claim(
                requestId,
                caller.tenant(),
                scopes,
                estimate,
                Ceiling.of(caller.policy().budget()));
    }

    private static void add(List<Scope> scopes, String kind, String name, Limits limits) {
        if (!limits.equals(Limits.NONE)) {
            scopes.add(new Scope(kind, name, limits));
        }
    }

    /// The part of one gateway among several. A budget is not divided: it is spent by whoever gets the requests.
    static Claim share(Claim claim, int gateways) {
        if (gateways == 1) {
            return claim;
        }
        List<Scope> scopes = claim.scopes().stream()
                .map(scope -> new Scope(scope.kind(), scope.name(), share(scope.limits(), gateways)))
                .toList();
        return new Claim(claim.requestId(), claim.tenant(), scopes, claim.reserved(), claim.ceiling());
    }

    private static Limits share(Limits limits, int gateways) {
        return new Limits(
                share(limits.requestsPerSecond(), gateways),
                share(limits.requestsPerMinute(), gateways),
                share(limits.inputTokensPerMinute(), gateways),
                share(limits.outputTokensPerMinute(), gateways),
                share(limits.maxConcurrent(), gateways));
    }

    private static @Nullable Integer share(@Nullable Integer limit, int gateways) {
        return limit == null ? null : Math.ceilDiv(limit, gateways);
    }

    /// Of a request that Redis has not counted: only what it cost matters there.
    static Claim spendingOf(Claim claim) {
        return new Claim(claim.requestId(), claim.tenant(), List.of(), Tokens.NONE, Ceiling.NONE);
    }
}
