package io.autoglm.inference.engine;

import io.autoglm.inference.model.ModelLoadException;

/// The model could be served if there were more memory.
public final class NoMemoryException extends ModelLoadException {

    private static final long serialVersionUID = 1;

    private final long needBytes;

    /// @param needBytes the least that would do
    public NoMemoryException(String subject, String why, long needBytes) {
        super(subject, why);
        this.needBytes = needBytes;
    }

    private NoMemoryException(NoMemoryException part, long besideBytes) {
        super(String.valueOf(part.getMessage()), part);
        this.needBytes = part.needBytes + besideBytes;
    }

    /// The same, where that much is needed beside it.
    public NoMemoryException beside(long bytes) {
        return new NoMemoryException(this, bytes);
    }

    public long needBytes() {
        return needBytes;
    }
}
