package io.autoglm.nano.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import org.jspecify.annotations.Nullable;

/// The forward pass of `GlmForCausalLM` from operations that PyTorch differentiates:
///
/// 1. token embedding
/// 2. per layer: RMSNorm, attention (biased q, k, v; the first half of each head rotated in interleaved pairs; grouped
///    key/value heads; causal), residual, RMSNorm, SwiGLU with gate and up fused, residual
/// 3. RMSNorm, then the embedding again as the output matrix
///
/// Sequences of a batch are padded on the right: under a causal mask no real token sees the padding.
final class Network {
    private static final float MASKED = -1e9f;

    private final Architecture architecture;
    private final Weights weights;
    private final NDManager manager;
    private final NDArray pairSwap;
    private final NDArray cosines;
    private final NDArray sines;

    Network(Weights weights, NDManager manager) {
        this.weights = weights;
        this.architecture = weights.architecture();
        this.manager = manager;
        pairSwap = own(manager.create(pairSwap(), new Shape(architecture.headWidth(), architecture.headWidth())));
        var table = new Shape(Architecture.MAX_POSITIONS, architecture.headWidth());
        cosines = own(manager.create(angles(false), table));
        sines = own(manager.create(angles(true), table));
    }

    /// The logits (rows, vocabulary) of the chosen positions of the flattened batch.
    NDArray logits(int[] ids, int rows, int length, long[] positions) {
        NDArray hidden = hidden(ids, rows, length);
        NDArray chosen = pick(hidden.reshape((long) rows * length, architecture.hidden()), positions);
        return linear(chosen, weights.get("model.embed_tokens.weight"), null);
    }

    private NDArray hidden(int[] ids, int rows, int length) {
        NDArray tokens = manager.create(ids, new Shape(rows, length)).toType(DataType.INT64, false);
        NDArray embedding = weights.get("model.embed_tokens.weight");
        NDArray x = tokens.getNDArrayInternal()
                .embedding(tokens, embedding, SparseFormat.DENSE)
                .singletonOrThrow();
        NDArray mask = mask(length);
        for (int layer = 0; layer < architecture.layers(); layer++) {
            NDArray normed = normed(x, weights.layer(layer, "input_layernorm.weight"));
            x = x.add(attention(normed, layer, mask));
            normed = normed(x, weights.layer(layer, "post_attention_layernorm.weight"));
            x = x.add(feedForward(normed, layer));
        }
        return normed(x, weights.get("model.norm.weight"));
    }

    private NDArray attention(NDArray x, int layer, NDArray mask) {
        long rows = x.getShape().get(0);
        long length = x.getShape().get(1);
        int width = architecture.headWidth();
        int groups = architecture.keyValueHeads();
        long stacked = architecture.queriesPerKey() * length;
        NDArray q = rotated(heads(x, layer, "q", architecture.heads()));
        NDArray k = rotated(heads(x, layer, "k", groups));
        NDArray v = heads(x, layer, "v", groups);
        // The queries of a group stand below each other, so that each key/value head is multiplied once.
        NDArray scores = q.mul((float) (1 / Math.sqrt(width)))
                .reshape(rows, groups, stacked, width)
                .matMul(k.transpose(0, 1, 3, 2))
                .add(mask);
        NDArray mixed = scores.softmax(-1)
                .matMul(v)
                .reshape(rows, architecture.heads(), length, width)
                .transpose(0, 2, 1, 3)
                .reshape(rows, length, (long) architecture.heads() * width);
        return linear(mixed, weights.layer(layer, "self_attn.o_proj.weight"), null);
    }

    private NDArray feedForward(NDArray x, int layer) {
        NDList gateAndUp =
                linear(x, weights.layer(layer, "mlp.gate_up_proj.weight"), null).split(2, 2);
        NDArray inner = Activation.swish(gateAndUp.get(0), 1f).mul(gateAndUp.get(1));
        return linear(inner, weights.layer(layer, "mlp.down_proj.weight"), null);
    }

    private NDArray heads(NDArray x, int layer, String which, int count) {
        String name = "self_attn." + which + "_proj.";
        NDArray projected = linear(x, weights.layer(layer, name + "weight"), weights.layer(layer, name + "bias"));
        return projected
                .reshape(x.getShape().get(0), x.getShape().get(1), count, architecture.headWidth())
                .transpose(0, 2, 1, 3);
    }

    private NDArray rotated(NDArray heads) {
        String rows = "0:" + heads.getShape().get(2);
        return heads.mul(cosines.get(rows)).add(heads.matMul(pairSwap).mul(sines.get(rows)));
    }

    private static NDArray normed(NDArray x, NDArray weight) {
        NDArray scale = x.square()
                .mean(new int[] {-1}, true)
                .add((float) Architecture.NORM_EPSILON)
                .pow(-0.5f);
        return x.mul(scale).mul(weight);
    }

    private static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return Linear.linear(x, weight, bias).singletonOrThrow();
    }

    private NDArray pick(NDArray rows, long[] positions) {
        NDArray index = own(manager.create(positions));
        return index.getNDArrayInternal()
                .embedding(index, rows, SparseFormat.DENSE)
                .singletonOrThrow();
    }

    /// A copy in memory that PyTorch owns. An array made from Java shares the memory of a Java buffer; the
    /// backward pass may still need it when the collector has taken the buffer away.
    static NDArray own(NDArray created) {
        try (created) {
            return created.duplicate();
        }
    }

    private NDArray mask(int length) {
        var mask = new float[architecture.queriesPerKey() * length * length];
        for (int query = 0; query < architecture.queriesPerKey() * length; query++) {
            for (int key = query % length + 1; key < length; key++) {
                mask[query * length + key] = MASKED;
            }
        }
        return own(manager.create(mask, new Shape((long) architecture.queriesPerKey() * length, length)));
    }

    /// Right-multiplied to a head: (a, b) becomes (-b, a) for each interleaved pair of the rotary part, zero elsewhere.
    private float[] pairSwap() {
        int width = architecture.headWidth();
        var matrix = new float[width * width];
        for (int even = 0; even < architecture.rotaryWidth(); even += 2) {
            matrix[(even + 1) * width + even] = -1;
            matrix[even * width + even + 1] = 1;
        }
        return matrix;
    }

    private float[] angles(boolean sine) {
        int width = architecture.headWidth();
        int rotary = architecture.rotaryWidth();
        var table = new float[Architecture.MAX_POSITIONS * width];
        for (int position = 0; position < Architecture.MAX_POSITIONS; position++) {
            for (int i = 0; i < width; i++) {
                double angle = i < rotary ? position * Architecture.frequency(i - i % 2, rotary) : 0;
                table[position * width + i] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
            }
        }
        return table;
    }
}
