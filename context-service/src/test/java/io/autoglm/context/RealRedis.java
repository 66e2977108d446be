package io.autoglm.context;

import io.autoglm.redis.RedisProcess;
import io.autoglm.redis.Tunnel;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/// Gives a Quarkus test a Redis that keeps every write, and puts it into its field of type {@link
/// RedisProcess}, and the way to it into the one of type {@link Tunnel}.
public final class RealRedis implements QuarkusTestResourceLifecycleManager {
    public static final String TOKEN = "the-internal-token-of-the-tests";

    private final RedisProcess redis;
    private final Tunnel tunnel;

    public RealRedis() {
        try {
            redis = RedisProcess.keeping();
            tunnel = new Tunnel(redis.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> start() {
        try {
            redis.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "autoglm.redis.url", "redis://127.0.0.1:" + tunnel.port(),
                "autoglm.internal-token", TOKEN,
                "autoglm.redis.probe-interval", "100ms",
                "autoglm.conversation.max-turns", "200",
                "autoglm.conversation.max-turn-bytes", "20K",
                "quarkus.http.test-port", "0",
                "quarkus.management.test-port", "0");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(redis, new TestInjector.MatchesType(RedisProcess.class));
        injector.injectIntoFields(tunnel, new TestInjector.MatchesType(Tunnel.class));
    }

    @Override
    public void stop() {
        try {
            tunnel.close();
            redis.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
