package io.autoglm.inference.repository;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// What came of asking for a model.
public sealed interface Asked {

    /// It serves already, or is in line.
    ///
    /// @param loaded done when it is ready, or will never be; never fails
    record Taken(CompletableFuture<Loaded> loaded) implements Asked {}

    /// Nothing has begun, and what serves goes on serving.
    sealed interface Refused extends Asked {

        /// One line for the operator.
        String why();

        /// The same for those who have not named the directory themselves.
        default String whyOf(Path path) {
            return switch (this) {
                case OutsideRoots outside -> path + ": " + why();
                case NoMemory full -> path + ": " + why();
                case TooManyModels many -> path + ": " + why();
                case Busy busy -> path + ": " + why();
                case Contradicted contradicted -> path + ": " + why();
                case Unservable unservable -> why();
                case OtherDigest other -> why();
            };
        }
    }

    record OutsideRoots(String why) implements Refused {}

    /// The directory is no model that could be served, with whatever memory.
    record Unservable(String why) implements Refused {}

    /// The directory is another version than the one that is meant.
    record OtherDigest(String why) implements Refused {}

    record NoMemory(String why) implements Refused {}

    record TooManyModels(String why) implements Refused {}

    /// Other loads must be done first.
    record Busy(String why) implements Refused {}

    /// Another load of that name is under way, and means something else.
    record Contradicted(String why) implements Refused {}
}
