package io.autoglm.inference;

import io.autoglm.inference.repository.NanoCopies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The service with two models from its start, and others that may be loaded.
public final class ModelsProfile extends NanoProfile {

    public static final Path FOLDER = Path.of("target", "models");
    public static final Path KEPT = FOLDER.resolve("kept.json");

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            Files.deleteIfExists(KEPT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NanoCopies.version(FOLDER.resolve("second"), "second");
        Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
        settings.put("autoglm.models.roots", FOLDER.toString());
        settings.put("autoglm.models.file", KEPT.toString());
        settings.put("autoglm.models.max", "3");
        settings.put("autoglm.models.max-memory", "512M");
        settings.put("autoglm.models.more[0].path", FOLDER.resolve("second").toString());
        settings.put("autoglm.models.more[0].slots", "2");
        settings.put("autoglm.models.more[0].max-tokens", "512");
        return settings;
    }
}
