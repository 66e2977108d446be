package io.autoglm.inference.engine;

import java.nio.file.Path;
import java.util.Optional;

/// Where rounded weights are kept for the next start.
///
/// @param folder    empty for nowhere
/// @param mostBytes of all its files together
public record WeightCacheConfig(Optional<Path> folder, long mostBytes) {

    public static final WeightCacheConfig NONE = new WeightCacheConfig(Optional.empty(), 0);
}
