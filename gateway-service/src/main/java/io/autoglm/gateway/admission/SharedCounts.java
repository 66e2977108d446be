package io.autoglm.gateway.admission;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Ceiling;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Expenses;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Verdict;
import io.autoglm.redis.LuaScript;
import io.autoglm.redis.RedisLink;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts in Redis, for all gateways. A request is one round trip, and its settlement is one that nobody waits
/// for. All keys of a tenant have the same hash tag, so that a script finds them on one node of a cluster.
///
/// Requests at once are leases in a sorted set, by the request's id: a counter per gateway would be renewed more
/// cheaply, but drifts with every settlement that is lost, and a set of ids does not. It costs a request one
/// `ZADD` and one `ZREM`, and an open one a third of a `ZADD` every ten seconds.
final class SharedCounts {
    private static final LuaScript ADMIT = LuaScript.of("gw_admit", "gw_counts", "gw_admit");
    private static final LuaScript SETTLE = LuaScript.of("gw_settle", "gw_counts", "gw_settle");
    private static final LuaScript RENEW = LuaScript.of("gw_renew");
    private static final LuaScript PRESENT = LuaScript.of("gw_present");
    private static final String GATEWAYS = "autoglm:gw:{gateways}";
    /// What a request has reserved is known longer than any request takes.
    private static final Duration RESERVED_FOR = Duration.ofHours(1);
    /// That it was settled is known for as long as a settlement whose answer was lost may be told again;
    /// where Redis is away for longer, what such a request has cost is counted twice. It is what each request
    /// leaves in memory for a while, about 180 bytes.
    private static final Duration SETTLED_FOR = Duration.ofMinutes(5);

    private static final Limit[] LIMITS = Limit.values();

    private final RedisLink redis;
    private final Duration lease;
    private final Supplier<String> now;

    SharedCounts(RedisLink redis, Duration lease) {
        this(redis, lease, () -> "");
    }

    /// @param now microseconds of the time that Redis is to count by, for tests; empty for its own
    SharedCounts(RedisLink redis, Duration lease, Supplier<String> now) {
        this.redis = redis;
        this.lease = lease;
        this.now = now;
    }

    Uni<Verdict> admit(Claim claim) {
        List<String> arguments = new ArrayList<>(List.of(
                now.get(),
                claim.requestId(),
                Long.toString(lease.toMillis()),
                Long.toString(RESERVED_FOR.toMillis()),
                Long.toString(claim.reserved().input()),
                Long.toString(claim.reserved().output())));
        Ceiling ceiling = claim.ceiling();
        arguments.add(text(ceiling.dayTokens()));
        arguments.add(text(ceiling.dayMoney()));
        arguments.add(text(ceiling.monthTokens()));
        arguments.add(text(ceiling.monthMoney()));
        addLimits(claim, arguments);
        return redis.run(ADMIT, keys(claim), arguments).map(answer -> verdict(claim, told(answer)));
    }

    private static Verdict verdict(Claim claim, Response told) {
        int[] at = {3};
        int limit = told.get(0).toInteger();
        if (limit == 0) {
            return new Verdict.Admitted(claim.allowances(() -> told.get(at[0]++).toLong()));
        }
        Limit refusing = LIMITS[limit - 1];
        return new Verdict.Refused(
                refusing,
                refusing.isBudget() ? null : claim.scopes().get(told.get(1).toInteger()),
                told.get(2).toLong(),
                claim.allowances(() -> told.get(at[0]++).toLong()));
    }

    /// @return what the tenant has spent now
    Uni<Expenses> settle(Claim claim, Bill bill) {
        List<String> arguments = new ArrayList<>(List.of(
                now.get(),
                claim.requestId(),
                Long.toString(SETTLED_FOR.toMillis()),
                Long.toString(bill.tokens().input()),
                Long.toString(bill.tokens().output()),
                Long.toString(bill.microMoney())));
        addLimits(claim, arguments);
        return redis.run(SETTLE, keys(claim), arguments).map(answer -> {
            Response told = told(answer);
            return new Expenses(
                    told.get(0).toLong(),
                    told.get(1).toLong(),
                    told.get(2).toLong(),
                    told.get(3).toLong(),
                    told.get(4).toLong(),
                    told.get(5).toLong());
        });
    }

    /// Where requests at once are counted of a scope.
    static String leases(String tenant, Scope scope) {
        return key(tenant, scope.name() + ":leases");
    }

    /// @param known whether only those leases are renewed that are there, as a request may have been settled
    ///              meanwhile; else what Redis has forgotten is told it again
    Uni<Void> renew(String leases, List<String> requestIds, boolean known) {
        List<String> arguments =
                new ArrayList<>(List.of(now.get(), Long.toString(lease.toMillis()), known ? "XX" : ""));
        arguments.addAll(requestIds);
        return redis.run(RENEW, List.of(leases), arguments).replaceWithVoid();
    }

    /// @param isNew whether Redis did not know this one: it starts, was away too long, or Redis has forgotten
    /// @param count of the gateways that live
    record Presence(boolean isNew, int count) {}

    Uni<Presence> present(String gateway, Duration life) {
        return redis.run(PRESENT, List.of(GATEWAYS), List.of(gateway, Long.toString(life.toMillis())))
                .map(answer -> new Presence(
                        told(answer).get(0).toInteger() == 1,
                        told(answer).get(1).toInteger()));
    }

    private static Response told(@Nullable Response answer) {
        return Objects.requireNonNull(answer, "the script answers");
    }

    private static List<String> keys(Claim claim) {
        String tenant = claim.tenant();
        List<String> keys = new ArrayList<>(List.of(key(tenant, "spent"), key(tenant, "request:" + claim.requestId())));
        for (Scope scope : claim.scopes()) {
            keys.add(key(tenant, scope.name() + ":second"));
            keys.add(key(tenant, scope.name() + ":minute"));
            keys.add(key(tenant, scope.name() + ":tokens"));
            keys.add(leases(tenant, scope));
        }
        return keys;
    }

    private static String key(String tenant, String name) {
        return "autoglm:gw:{" + tenant + "}:" + name;
    }

    private static void addLimits(Claim claim, List<String> arguments) {
        for (Scope scope : claim.scopes()) {
            Limits limits = scope.limits();
            arguments.add(text(limits.requestsPerSecond()));
            arguments.add(text(limits.requestsPerMinute()));
            arguments.add(text(limits.inputTokensPerMinute()));
            arguments.add(text(limits.outputTokensPerMinute()));
            arguments.add(text(limits.maxConcurrent()));
        }
    }

    private static String text(@Nullable Number limit) {
        return limit == null ? "" : limit.toString();
    }
}
