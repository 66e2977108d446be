package io.autoglm.inference.model;

import java.util.Locale;

/// How the matrices of a checkpoint were quantized before it was published: `quantization_config` of
/// `config.json`.
///
/// @param bits       4 or 8
/// @param groupSize  columns that share a scale; 0 for all of a row
/// @param zeroOffset what is added to a stored zero point
public record Quantization(Method method, int bits, int groupSize, int zeroOffset) {

    /// A layout of packed codes.
    public enum Method {
        /// AutoGPTQ's and GPTQModel's: eight columns of 4 bits in a word.
        GPTQ,
        /// AutoAWQ's "gemm": eight rows of 4 bits in a word, in the order that its kernel wants.
        AWQ
    }

    /// @param json `quantization_config`
    static Quantization of(Json json) {
        String name = json.text("quant_method", "");
        Method method = switch (name) {
            case "gptq" -> Method.GPTQ;
            case "awq" -> Method.AWQ;
            default ->
                throw json.refuse("quantization_config of method '" + name + "' is not supported, only gptq and"
                        + " awq; give the original weights, and autoglm.weights=int4 or int8");
        };
        int bits = json.positive("bits", 4);
        if (bits != 4 && (bits != 8 || method == Method.AWQ)) {
            throw json.refuse("quantization_config of method " + name + " with " + bits + " bits is not supported");
        }
        String layout = json.text(method == Method.AWQ ? "version" : "checkpoint_format", "");
        if (!layout.isEmpty() && !layout.toLowerCase(Locale.ROOT).matches("gemm|gptq|gptq_v2")) {
            throw json.refuse("quantization_config of layout '" + layout + "' is not supported");
        }
        // The first format of GPTQ files holds each zero point less one.
        int offset = method == Method.GPTQ && !layout.equals("gptq_v2") ? 1 : 0;
        return new Quantization(method, bits, groupSize(json), offset);
    }

    private static int groupSize(Json json) {
        double size = json.number("group_size", 128);
        if (size == -1) {
            return 0;
        }
        if (size < 16 || size % 16 != 0 || size > Integer.MAX_VALUE) {
            throw json.wrong("group_size", "-1 or a multiple of 16");
        }
        return (int) size;
    }
}
