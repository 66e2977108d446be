package io.autoglm.context.store;

/// Redis cannot be reached, did not answer in time, or refused the command. Whether the command was executed is
/// unknown.
final class RedisAwayException extends RuntimeException {
    RedisAwayException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
