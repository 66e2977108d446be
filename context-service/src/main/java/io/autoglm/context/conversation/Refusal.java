package io.autoglm.context.conversation;

import org.jspecify.annotations.Nullable;

/// Why an operation was not done. Nothing was changed, except after {@link Unavailable}: then it is not known, and an
/// append is safely repeated under its request id.
public sealed interface Refusal {

    /// @param param the field at fault in the caller's spelling; null where no single one is
    record Invalid(@Nullable String param, String message) implements Refusal {}

    record TooLarge(@Nullable String param, long limitBytes) implements Refusal {}

    record NotFound(String id) implements Refusal {}

    record AlreadyThere(String id) implements Refusal {}

    /// Another writer was faster.
    ///
    /// @param version where the conversation stands
    record Moved(long expected, long version) implements Refusal {}

    /// Redis cannot be reached or does not answer in time.
    record Unavailable(int retryAfterSeconds) implements Refusal {}

    /// Redis answers that it will not: it is full, cannot write to its disk, or is a replica. Or it would evict.
    record NoWrites(int retryAfterSeconds) implements Refusal {}
}
