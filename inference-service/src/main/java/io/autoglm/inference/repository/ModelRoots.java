package io.autoglm.inference.repository;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The folders that a model may be loaded from by HTTP: no caller can have another part of the machine read,
/// or learn whether it is there.
public final class ModelRoots {

    private final List<Path> roots;

    ModelRoots(List<Path> roots) {
        this.roots = roots.stream().map(ModelRoots::real).toList();
    }

    /// What holds where nothing is said: the folder that the model lies in. For a model at the top of the file
    /// system, as `/model` in a container, that folder would be the whole machine: there it is none.
    static List<Path> beside(Path model) {
        Path parent = model.toAbsolutePath().normalize().getParent();
        return parent == null || parent.equals(parent.getRoot()) ? List.of() : List.of(parent);
    }

    /// What to do about a path that is not within them.
    String remedy() {
        return roots.isEmpty()
                ? "cannot be loaded before autoglm.models.roots is set: the configured model lies at the top of the"
                        + " file system"
                : "must lie within autoglm.models.roots";
    }

    /// @param asked absolute, or relative to the first root
    /// @return the path without links, or as it is where nothing is there; empty when it is not within the
    ///         roots
    public Optional<Path> within(String asked) {
        if (roots.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path path = roots.getFirst().resolve(asked).normalize();
            return Optional.of(real(path)).filter(this::inside);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private boolean inside(Path path) {
        return roots.stream().anyMatch(root -> path.startsWith(root) && !path.equals(root));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    @Override
    public String toString() {
        return roots.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
