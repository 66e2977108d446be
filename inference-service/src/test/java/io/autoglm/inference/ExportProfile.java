package io.autoglm.inference;

import io.autoglm.inference.export.TinyExport;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The service with the model that is shipped, exported as onnxruntime-genai exports models.
public final class ExportProfile extends NanoProfile {

    public static final Path NANO = Path.of("..", "models", "autoglm-nano");

    private static Path export() {
        try {
            Path folder = Path.of("target", "model-export", "autoglm-nano");
            new TinyExport(TinyModel.read(ModelDirectory.open(NANO))).write(folder);
            for (String file : List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
                Files.copy(NANO.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
        settings.put("autoglm.model.path", export().toString());
        return settings;
    }
}
