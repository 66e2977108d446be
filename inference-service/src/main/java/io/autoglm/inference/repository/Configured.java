package io.autoglm.inference.repository;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingConfig;
import io.autoglm.service.CannotStart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The models that the configuration names: `autoglm.model` and then `autoglm.models.more`.
final class Configured {

    private Configured() {}

    /// @throws CannotStart if two have one name, or they are more than may be
    static List<ModelSpec> models(ServingConfig.Model first, ModelsConfig models) {
        List<ModelSpec> all = new ArrayList<>();
        all.add(new ModelSpec(name(first.name().orElse(""), first.path(), "autoglm.model"), real(first.path())));
        for (int i = 0; i < models.more().size(); i++) {
            ModelsConfig.More more = models.more().get(i);
            all.add(new ModelSpec(
                    name(more.name().orElse(""), more.path(), "autoglm.models.more[" + i + "]"),
                    real(more.path()),
                    more.weights(),
                    more.slots(),
                    more.maxTokens(),
                    more.digest()));
        }
        if (all.size() > models.max()) {
            throw new CannotStart(
                    "autoglm.models.max is " + models.max() + ", but " + all.size() + " models are configured",
                    "set it to " + all.size() + " or more");
        }
        Set<String> names = new HashSet<>();
        for (ModelSpec spec : all) {
            if (!names.add(spec.name())) {
                throw new CannotStart("two models are called '" + spec.name() + "'", "give one another name");
            }
        }
        return List.copyOf(all);
    }

    private static String name(String given, Path path, String setting) {
        String name = given.isEmpty()
                ? String.valueOf(path.toAbsolutePath().normalize().getFileName())
                : given;
        if (!ModelSpec.isName(name)) {
            throw new CannotStart(setting + ".name is no name", "set it to printable characters");
        }
        return name;
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }
}
