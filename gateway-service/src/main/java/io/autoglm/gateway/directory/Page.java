package io.autoglm.gateway.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some of a list.
///
/// @param next what to ask behind for the rest; null where this is the end
public record Page<T>(List<Versioned<T>> records, @Nullable String next) {}
