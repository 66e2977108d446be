package io.autoglm.inference;

import io.autoglm.inference.engine.WeightFormat;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// What is to be served under a name. Where something is left open, the settings of the service hold.
///
/// @param name      what clients ask for
/// @param path      a model directory
/// @param slots     sequences at once
/// @param maxTokens of a sequence
/// @param digest    of the directory's files: with another one it is not the model that is meant
public record ModelSpec(
        String name,
        Path path,
        Optional<WeightFormat> weights,
        OptionalInt slots,
        OptionalInt maxTokens,
        Optional<String> digest) {

    public static final int LONGEST_NAME = 200;

    public ModelSpec {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "name: must be 1 to " + LONGEST_NAME + " characters without blanks at its ends, and printable");
        }
    }

    /// With everything left open.
    public ModelSpec(String name, Path path) {
        this(name, path, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }

    /// The same in another place.
    public ModelSpec at(Path place) {
        return new ModelSpec(name, place, weights, slots, maxTokens, digest);
    }

    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.equals(name.strip())
                && name.chars().noneMatch(Character::isISOControl);
    }
}
