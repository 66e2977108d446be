package io.autoglm.gateway.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A record as it stands in Redis.
///
/// @param version  grows with every change; one that was removed and made again has another
/// @param lastUsed where that is noted: to the minute
public record Versioned<T>(T value, long version, @Nullable Instant lastUsed) {}
