package io.autoglm.inference.cpu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.autoglm.inference.engine.Decoder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/// The model as a function: token ids in, the logits after the last of them out. It starts from nothing each time, in
/// slot 0 of the decoder, and so must not be used while a batch loop owns that decoder.
final class CpuSymbolBlock extends AbstractSymbolBlock {

    /// Bounds the memory of activations.
    private static final int CHUNK_TOKENS = 256;

    private final Decoder decoder;

    CpuSymbolBlock(Decoder decoder) {
        this.decoder = decoder;
    }

    /// @param inputs one array of token ids, `[tokens]` or `[1, tokens]`, int32 or int64
    /// @return one array of float32, `[vocabulary]`
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, @Nullable PairList<String, Object> options) {
        int[] tokens = tokens(inputs.get(0));
        float[] logits = logits(tokens);
        return new NDList(
                parameters.getManager().create(FloatBuffer.wrap(logits), new Shape(logits.length), DataType.FLOAT32));
    }

    /// The weights are ONNX Runtime's.
    @Override
    public ParameterList getDirectParameters() {
        return new ParameterList();
    }

    private synchronized float[] logits(int[] tokens) {
        if (tokens.length == 0 || tokens.length > decoder.shape().maxTokens()) {
            throw new IllegalArgumentException(tokens.length + " tokens are not within 1.."
                    + decoder.shape().maxTokens());
        }
        FloatBuffer row = FloatBuffer.allocate(0);
        for (int from = 0; from < tokens.length; from += CHUNK_TOKENS) {
            row = decoder.prefill(0, from, tokens, from, Math.min(from + CHUNK_TOKENS, tokens.length));
        }
        float[] logits = new float[row.remaining()];
        row.get(logits);
        return logits;
    }

    private static int[] tokens(NDArray array) {
        return switch (array.getDataType()) {
            case INT32 -> array.toIntArray();
            case INT64 -> {
                long[] ids = array.toLongArray();
                int[] tokens = new int[ids.length];
                for (int i = 0; i < ids.length; i++) {
                    tokens[i] = Math.toIntExact(ids[i]);
                }
                yield tokens;
            }
            default -> throw new IllegalArgumentException("token ids are int32 or int64, not " + array.getDataType());
        };
    }
}
