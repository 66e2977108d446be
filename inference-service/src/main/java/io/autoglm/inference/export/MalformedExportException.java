package io.autoglm.inference.export;

/// The bytes of a graph are not what they should be; told to the operator with the file's name before it.
final class MalformedExportException extends RuntimeException {

    private static final long serialVersionUID = 1;

    MalformedExportException(String why) {
        super(why);
    }
}
