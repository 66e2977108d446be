package io.autoglm.redis;

import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;

/// Redis did not do what it was asked. Whether a command that got no answer was executed is unknown.
public final class RedisFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient RedisFailure failure;

    RedisFailedException(Throwable cause) {
        super(cause);
        this.failure = failure(cause);
    }

    public RedisFailure failure() {
        return failure;
    }

    /// Whatever a client library says besides, addresses among it, stays out.
    private static RedisFailure failure(Throwable cause) {
        return switch (cause) {
            case ErrorType error -> RedisFailure.said(String.valueOf(error.getMessage()));
            case io.netty.channel.ConnectTimeoutException late -> new RedisFailure.Away("a connection takes too long");
            case ConnectException refused -> new RedisFailure.Away("it refuses connections");
            case UnknownHostException unknown -> new RedisFailure.Away("its name is not known");
            case io.smallrye.mutiny.TimeoutException late -> new RedisFailure.Away("it does not answer in time");
            case ClosedChannelException closed -> new RedisFailure.Away("the connection broke");
            case io.vertx.core.http.HttpClosedException closed -> new RedisFailure.Away("the connection broke");
            case ConnectionPoolTooBusyException full -> new RedisFailure.Away("too many operations wait for it");
            case SSLException untrusted -> new RedisFailure.Away("TLS with it fails");
            default ->
                new RedisFailure.Away(
                        "the connection fails: " + cause.getClass().getSimpleName());
        };
    }
}
