package io.autoglm.endtoend.stack;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where things lie in the checkout that is tested.
public final class Repository {
    private Repository() {}

    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("run from within the repository");
        }
        return folder;
    }

    public static Path model() {
        return root().resolve("models/autoglm-nano");
    }

    /// Where runs leave logs, Redis data and pid files.
    public static Path scratch() {
        return root().resolve("end-to-end/target/stack");
    }
}
