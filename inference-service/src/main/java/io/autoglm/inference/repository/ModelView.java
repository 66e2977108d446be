package io.autoglm.inference.repository;

import java.util.List;
import java.util.Optional;

/// A name and its versions at one moment.
///
/// @param serving answers
/// @param next    is to take its place
/// @param leaving finish what began on them
/// @param failure why the last load came to nothing; empty when it did not, or another one has begun
public record ModelView(
        String name,
        Optional<VersionView> serving,
        Optional<VersionView> next,
        List<VersionView> leaving,
        Optional<String> failure) {

    /// The stage that matters most to those who ask for the name.
    public Stage stage() {
        return serving.or(() -> next)
                .map(VersionView::stage)
                .or(() -> failure.map(Stage.Failed::new))
                .or(() -> leaving.stream().map(VersionView::stage).findFirst())
                .orElseGet(Stage.Gone::new);
    }
}
