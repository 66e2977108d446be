package io.autoglm.nano.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/// The parameters by their Hugging Face names, float32, each recording gradients. They live as long as their manager.
final class Weights {
    private static final float DEVIATION = 0.02f;

    /// Gives the wanted distance about nine tenths of the attention: a score 3 above its neighbours'.
    private static final float LOOK_BACK = 5.7f;

    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final Architecture architecture;

    private Weights(Architecture architecture) {
        this.architecture = architecture;
    }

    /// Normal with deviation 0.02; what writes into the residual stream is smaller by the root of the number of
    /// writers.
    static Weights random(Architecture architecture, NDManager manager) {
        var weights = new Weights(architecture);
        float output = (float) (DEVIATION / Math.sqrt(2.0 * architecture.layers()));
        weights.shapes().forEach((name, shape) -> {
            boolean norm = name.endsWith("norm.weight");
            boolean writesResidual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
            NDArray array;
            if (norm) {
                array = manager.ones(shape);
            } else if (name.endsWith(".bias")) {
                array = manager.zeros(shape);
            } else {
                array = manager.randomNormal(0, writesResidual ? output : DEVIATION, shape, DataType.FLOAT32);
            }
            weights.put(name, array);
        });
        for (int layer = 0; layer < architecture.layers(); layer++) {
            weights.lookBack(layer, manager);
        }
        return weights;
    }

    static Weights of(Architecture architecture, Map<String, float[]> values, NDManager manager) {
        var weights = new Weights(architecture);
        weights.shapes().forEach((name, shape) -> {
            float[] value = values.get(name);
            if (value == null || value.length != shape.size()) {
                throw new IllegalArgumentException("the checkpoint has no fitting tensor " + name);
            }
            weights.put(name, Network.own(manager.create(value, shape)));
        });
        return weights;
    }

    Architecture architecture() {
        return architecture;
    }

    Map<String, NDArray> arrays() {
        return arrays;
    }

    NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return array;
    }

    NDArray layer(int layer, String name) {
        return get("model.layers." + layer + "." + name);
    }

    long count() {
        return arrays.values().stream().mapToLong(NDArray::size).sum();
    }

    /// Head 0 looks one token back; in the first layer head 1 looks two and head 2 three tokens back.
    private void lookBack(int layer, NDManager manager) {
        int heads = layer == 0 ? 3 : 1;
        int width = architecture.headWidth();
        var queries = new float[architecture.heads() * width];
        var keys = new float[architecture.keyValueHeads() * width];
        for (int even = 0; even < architecture.rotaryWidth(); even += 2) {
            keys[even] = LOOK_BACK;
            for (int head = 0; head < heads; head++) {
                double angle = -Architecture.frequency(even, architecture.rotaryWidth()) * (head + 1);
                queries[head * width + even] = (float) (LOOK_BACK * Math.cos(angle));
                queries[head * width + even + 1] = (float) (LOOK_BACK * Math.sin(angle));
            }
        }
        layer(layer, "self_attn.q_proj.bias").addi(manager.create(queries));
        layer(layer, "self_attn.k_proj.bias").addi(manager.create(keys));
    }

    private void put(String name, NDArray array) {
        array.setRequiresGradient(true);
        arrays.put(name, array);
    }

    private Map<String, Shape> shapes() {
        int hidden = architecture.hidden();
        int queries = architecture.heads() * architecture.headWidth();
        int keys = architecture.keyValueHeads() * architecture.headWidth();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new Shape(architecture.vocabulary(), hidden));
        for (int layer = 0; layer < architecture.layers(); layer++) {
            String at = "model.layers." + layer + ".";
            shapes.put(at + "input_layernorm.weight", new Shape(hidden));
            shapes.put(at + "self_attn.q_proj.weight", new Shape(queries, hidden));
            shapes.put(at + "self_attn.q_proj.bias", new Shape(queries));
            shapes.put(at + "self_attn.k_proj.weight", new Shape(keys, hidden));
            shapes.put(at + "self_attn.k_proj.bias", new Shape(keys));
            shapes.put(at + "self_attn.v_proj.weight", new Shape(keys, hidden));
            shapes.put(at + "self_attn.v_proj.bias", new Shape(keys));
            shapes.put(at + "self_attn.o_proj.weight", new Shape(hidden, queries));
            shapes.put(at + "post_attention_layernorm.weight", new Shape(hidden));
            shapes.put(at + "mlp.gate_up_proj.weight", new Shape(2L * architecture.intermediate(), hidden));
            shapes.put(at + "mlp.down_proj.weight", new Shape(hidden, architecture.intermediate()));
        }
        shapes.put("model.norm.weight", new Shape(hidden));
        return shapes;
    }
}
