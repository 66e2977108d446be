package io.autoglm.redis;

import io.autoglm.service.Bounds;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One command to Redis, with a time limit and a measure. Fails only with {@link RedisFailedException},
/// whatever went wrong, because a caller can do only one thing about it: try again later.
@Singleton
public final class RedisLink {
    private static final LuaScript WRITABLE = LuaScript.of("writable");
    /// A key that never exists.
    private static final String NOTHING = "autoglm:{nothing}";

    private final Redis redis;
    private final RedisConfig config;
    private final MeterRegistry metrics;
    private final FailureLog failures;

    RedisLink(Redis redis, RedisConfig config, MeterRegistry metrics, Clock clock) {
        Bounds.positive("autoglm.redis.timeout", config.timeout());
        this.redis = redis;
        this.config = config;
        this.metrics = metrics;
        this.failures = new FailureLog(clock);
    }

    /// @param arguments texts as UTF-8, byte arrays as they are
    /// @return null where the script returned false
    public Uni<@Nullable Response> run(LuaScript script, List<String> keys, List<?> arguments) {
        Uni<@Nullable Response> byHash = redis.send(request(Command.EVALSHA, script.sha1(), keys, arguments))
                .onFailure(e -> String.valueOf(e.getMessage()).startsWith("NOSCRIPT"))
                .recoverWithUni(() -> redis.send(request(Command.EVAL, script.source(), keys, arguments)));
        return watched(script.label(), byHash);
    }

    /// @return how many of the keys there were
    public Uni<Integer> delete(List<String> keys) {
        Request request = Request.cmd(Command.UNLINK);
        keys.forEach(request::arg);
        return watched("delete", redis.send(request)).map(Response::toInteger);
    }

    Uni<String> info() {
        return watched("info", redis.send(Request.cmd(Command.INFO)))
                .map(info -> info.toString(StandardCharsets.UTF_8));
    }

    /// Fails where Redis would refuse an append now.
    Uni<@Nullable Response> writable() {
        return run(WRITABLE, List.of(NOTHING), List.of());
    }

    private static Request request(Command command, String script, List<String> keys, List<?> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (Object argument : arguments) {
            if (argument instanceof byte[] bytes) {
                request.arg(bytes);
            } else {
                request.arg(argument.toString());
            }
        }
        return request;
    }

    private <T> Uni<T> watched(String operation, Uni<T> sent) {
        return Uni.createFrom().deferred(() -> {
            long start = System.nanoTime();
            return sent.ifNoItem()
                    .after(config.timeout())
                    .fail()
                    .onItem()
                    .invoke(() -> measure(operation, "ok", start))
                    .onFailure()
                    .transform(cause -> failed(operation, start, cause));
        });
    }

    private RedisFailedException failed(String operation, long startNanos, Throwable cause) {
        measure(operation, "failed", startNanos);
        RedisFailedException failed = new RedisFailedException(cause);
        failures.failed(operation, failed.failure());
        return failed;
    }

    private void measure(String operation, String outcome, long startNanos) {
        metrics.timer("autoglm.redis.operations", "operation", operation, "outcome", outcome)
                .record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }
}
