package io.autoglm.inference.graph;

/// An operator by name and the set that defines it.
///
/// @param domain empty for standard ONNX, `com.microsoft` for ONNX Runtime's own
public record Operator(String domain, String name) {

    private static final String MICROSOFT = "com.microsoft";

    public static Operator standard(String name) {
        return new Operator("", name);
    }

    public static Operator microsoft(String name) {
        return new Operator(MICROSOFT, name);
    }
}
