package io.autoglm.inference.batching;

/// What became of a request at the door.
public sealed interface Submission {

    /// Each generation will end with exactly one {@link Ending}.
    record Accepted() implements Submission {}

    /// The waiting line is full.
    record LineFull(int limit) implements Submission {}

    /// More than `most` generations in one request have no room even when nobody else asks.
    record NeverFits(int most) implements Submission {}

    /// The instance is going away and takes nothing new.
    record Closing() implements Submission {}
}
