package io.autoglm.inference.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The model cannot be served. The message is one line for the operator: `<file or setting>: <why>`.
public class ModelLoadException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ModelLoadException(String subject, String why) {
        this(subject, why, null);
    }

    public ModelLoadException(String subject, String why, @Nullable Throwable cause) {
        super(oneLine(subject + ": " + why), cause);
    }

    /// @param message one line already
    protected ModelLoadException(String message, Throwable cause) {
        super(message, cause);
    }

    ModelLoadException(Path file, String why) {
        this(file.toString(), why, null);
    }

    ModelLoadException(Path file, String why, @Nullable Throwable cause) {
        this(file.toString(), why, cause);
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ");
    }
}
