package io.autoglm.inference.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The versions of one name. Guarded by its {@link ModelRepository}.
final class Named {

    @Nullable
    Version serving;

    /// To take its place.
    @Nullable
    Version next;

    /// Finish what began on them.
    final List<Version> leaving = new ArrayList<>();

    /// Somebody asked for it, and nobody has taken that back.
    boolean wanted() {
        return serving != null || next != null;
    }

    boolean empty() {
        return !wanted() && leaving.isEmpty();
    }

    /// Nothing new for the version that serves.
    ///
    /// @return it, if nobody uses it
    Optional<Version> retire() {
        Version old = serving;
        if (old == null || !(old.stage instanceof Stage.Ready ready)) {
            return Optional.empty();
        }
        old.stage = ready.replaced();
        serving = null;
        leaving.add(old);
        return old.uses == 0 ? Optional.of(old) : Optional.empty();
    }

    ModelView view(String name, Optional<String> failure) {
        return new ModelView(
                name,
                Optional.ofNullable(serving).map(Version::view),
                Optional.ofNullable(next).map(Version::view),
                leaving.stream().map(Version::view).toList(),
                failure);
    }
}
