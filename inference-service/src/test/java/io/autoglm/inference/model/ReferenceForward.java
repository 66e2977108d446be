package io.autoglm.inference.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The forward pass as the papers write it: one token at a time, every sum in the order of the formula, nothing
/// fused, no trick. Weights are float32, sums are double, so that what differs from it is the other side's rounding.
public final class ReferenceForward {

    private final TinyModel model;
    private final int head;
    private final List<List<double[]>> keys = new ArrayList<>();
    private final List<List<double[]>> values = new ArrayList<>();

    public ReferenceForward(TinyModel model) {
        this.model = model;
        this.head = model.headDim();
        for (int layer = 0; layer < model.whole("num_hidden_layers"); layer++) {
            keys.add(new ArrayList<>());
            values.add(new ArrayList<>());
        }
    }

    /// The logits after each of the tokens, continuing the sequence.
    public List<double[]> run(int... tokens) {
        List<double[]> logits = new ArrayList<>();
        boolean ownHead = model.tensors().containsKey("lm_head.weight");
        for (double[] state : states(tokens)) {
            logits.add(multiply(ownHead ? "lm_head.weight" : "model.embed_tokens.weight", state));
        }
        return logits;
    }

    /// What the output head reads of each of the tokens, continuing the sequence.
    public List<double[]> states(int... tokens) {
        List<double[]> states = new ArrayList<>();
        for (int token : tokens) {
            states.add(next(token));
        }
        return states;
    }

    private double[] next(int token) {
        int hidden = model.whole("hidden_size");
        double[] x = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            x[i] = tensor("model.embed_tokens.weight").numbers()[token * hidden + i];
        }
        for (int n = 0; n < keys.size(); n++) {
            String layer = "model.layers." + n + ".";
            double[] attended = attention(n, layer, norm(x, layer + "input_layernorm.weight"));
            if (model.is("glm4")) {
                attended = norm(attended, layer + "post_self_attn_layernorm.weight");
            }
            x = sum(x, attended);
            double[] normed = norm(x, layer + "post_attention_layernorm.weight");
            double[] fed = model.isMixture(n) ? mixture(layer + "mlp.", normed) : feedForward(layer, normed);
            if (model.is("glm4")) {
                fed = norm(fed, layer + "post_mlp_layernorm.weight");
            }
            x = sum(x, fed);
        }
        return norm(x, "model.norm.weight");
    }

    private double[] attention(int n, String layer, double[] x) {
        int position = keys.get(n).size();
        double[] query = linear(layer + "self_attn.q_proj", x);
        double[] key = linear(layer + "self_attn.k_proj", x);
        if (model.is("qwen3") || model.flag("use_qk_norm")) {
            query = normHeads(query, layer + "self_attn.q_norm.weight");
            key = normHeads(key, layer + "self_attn.k_norm.weight");
        }
        keys.get(n).add(turn(key, position));
        values.get(n).add(linear(layer + "self_attn.v_proj", x));
        query = turn(query, position);

        int heads = model.whole("num_attention_heads");
        int shared = heads / model.whole("num_key_value_heads");
        int window = n < model.whole("max_window_layers") ? 0 : model.whole("sliding_window");
        int oldest = window == 0 ? 0 : Math.max(0, position - window + 1);
        double[] out = new double[heads * head];
        for (int h = 0; h < heads; h++) {
            int kv = h / shared * head;
            double[] weights = new double[position + 1];
            double total = 0;
            for (int t = oldest; t <= position; t++) {
                double dot = 0;
                for (int i = 0; i < head; i++) {
                    dot += query[h * head + i] * keys.get(n).get(t)[kv + i];
                }
                weights[t] = Math.exp(dot / Math.sqrt(head));
                total += weights[t];
            }
            for (int t = oldest; t <= position; t++) {
                for (int i = 0; i < head; i++) {
                    out[h * head + i] += weights[t] / total * values.get(n).get(t)[kv + i];
                }
            }
        }
        return linear(layer + "self_attn.o_proj", out);
    }

    private double[] feedForward(String layer, double[] x) {
        int inner = model.whole("intermediate_size");
        double[] gate;
        double[] up;
        if (model.tensors().containsKey(layer + "mlp.gate_up_proj.weight")) {
            double[] both = linear(layer + "mlp.gate_up_proj", x);
            gate = Arrays.copyOfRange(both, 0, inner);
            up = Arrays.copyOfRange(both, inner, 2 * inner);
        } else {
            gate = linear(layer + "mlp.gate_proj", x);
            up = linear(layer + "mlp.up_proj", x);
        }
        for (int i = 0; i < inner; i++) {
            up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
        }
        return linear(layer + "mlp.down_proj", up);
    }

    private double[] mixture(String mlp, double[] x) {
        double[] scores = multiply(mlp + "gate.weight", x);
        double[] chances = new double[scores.length];
        for (int expert = 0; expert < scores.length; expert++) {
            chances[expert] = 1 / (1 + Math.exp(-scores[expert]));
        }
        float[] correction = tensor(mlp + "gate.e_score_correction_bias").numbers();
        List<Integer> chosen = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(expert -> -(chances[expert] + correction[expert])))
                .limit(model.whole("num_experts_per_tok"))
                .toList();
        double total = chosen.stream().mapToDouble(expert -> chances[expert]).sum();
        double[] y = expert(mlp + "shared_experts.", x);
        for (int expert : chosen) {
            double weight =
                    model.real("routed_scaling_factor") * chances[expert] / (model.flag("norm_topk_prob") ? total : 1);
            double[] one = expert(mlp + "experts." + expert + ".", x);
            for (int i = 0; i < y.length; i++) {
                y[i] += weight * one[i];
            }
        }
        return y;
    }

    private double[] expert(String module, double[] x) {
        double[] gate = linear(module + "gate_proj", x);
        double[] up = linear(module + "up_proj", x);
        for (int i = 0; i < up.length; i++) {
            up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
        }
        return linear(module + "down_proj", up);
    }

    private double[] turn(double[] vector, int position) {
        boolean interleaved = model.is("glm") || model.is("glm4");
        double part = model.config().containsKey("partial_rotary_factor") ? model.real("partial_rotary_factor") : 1;
        int dims = (int) (head * part);
        double amplitude = amplitude();
        double[] turned = vector.clone();
        for (int start = 0; start < vector.length; start += head) {
            for (int pair = 0; pair < dims / 2; pair++) {
                int a = start + (interleaved ? 2 * pair : pair);
                int b = start + (interleaved ? 2 * pair + 1 : pair + dims / 2);
                double angle = position * frequency(pair, dims);
                turned[a] = amplitude * (vector[a] * Math.cos(angle) - vector[b] * Math.sin(angle));
                turned[b] = amplitude * (vector[b] * Math.cos(angle) + vector[a] * Math.sin(angle));
            }
        }
        return turned;
    }

    private double amplitude() {
        return scaling("yarn") == null ? 1 : 0.1 * Math.log(number(scaling("yarn"), "factor")) + 1;
    }

    private @Nullable Map<?, ?> scaling(String type) {
        return model.config().get("rope_scaling") instanceof Map<?, ?> scaling
                        && (type.equals(scaling.get("type")) || type.equals(scaling.get("rope_type")))
                ? scaling
                : null;
    }

    private double frequency(int pair, int dims) {
        double theta = model.real("rope_theta");
        double frequency = 1 / Math.pow(theta, 2.0 * pair / dims);
        if (scaling("linear") != null) {
            return frequency / number(scaling("linear"), "factor");
        }
        if (scaling("dynamic") != null) {
            double factor = number(scaling("dynamic"), "factor");
            // Of the longest text, which is `factor` times as long as those of the training.
            double base = theta * Math.pow(factor * factor - (factor - 1), dims / (dims - 2.0));
            return 1 / Math.pow(base, 2.0 * pair / dims);
        }
        if (scaling("yarn") != null) {
            return yarn(frequency, pair, dims, number(scaling("yarn"), "factor"), theta);
        }
        return scaling("llama3") == null ? frequency : llama3(frequency, scaling("llama3"));
    }

    /// A pair that turns 32 times or more within the original positions stays, one that turns once or less is
    /// divided; between them lies a ramp over the numbers of the pairs, from a whole one to a whole one.
    private double yarn(double frequency, int pair, int dims, double factor, double theta) {
        double original = number(scaling("yarn"), "original_max_position_embeddings");
        double low = Math.floor(dims * Math.log(original / (32 * 2 * Math.PI)) / (2 * Math.log(theta)));
        double high = Math.ceil(dims * Math.log(original / (2 * Math.PI)) / (2 * Math.log(theta)));
        low = Math.max(low, 0);
        high = Math.min(high, dims - 1);
        double ramp = Math.min(1, Math.max(0, (pair - low) / (high - low)));
        return frequency / factor * ramp + frequency * (1 - ramp);
    }

    private static double llama3(double frequency, Map<?, ?> scaling) {
        double factor = number(scaling, "factor");
        double original = number(scaling, "original_max_position_embeddings");
        double low = number(scaling, "low_freq_factor");
        double high = number(scaling, "high_freq_factor");
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < original / high) {
            return frequency;
        }
        if (wavelength > original / low) {
            return frequency / factor;
        }
        double smooth = (original / wavelength - low) / (high - low);
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }

    private double[] linear(String module, double[] x) {
        double[] y = multiply(module + ".weight", x);
        TinyModel.Matrix bias = model.tensors().get(module + ".bias");
        for (int i = 0; bias != null && i < y.length; i++) {
            y[i] += bias.numbers()[i];
        }
        return y;
    }

    private double[] multiply(String name, double[] x) {
        float[] matrix = tensor(name).numbers();
        double[] y = new double[matrix.length / x.length];
        for (int row = 0; row < y.length; row++) {
            for (int column = 0; column < x.length; column++) {
                y[row] += matrix[row * x.length + column] * x[column];
            }
        }
        return y;
    }

    private double[] normHeads(double[] x, String name) {
        double[] y = new double[x.length];
        for (int start = 0; start < x.length; start += head) {
            double[] one = norm(Arrays.copyOfRange(x, start, start + head), name);
            System.arraycopy(one, 0, y, start, head);
        }
        return y;
    }

    private double[] norm(double[] x, String name) {
        double squares = 0;
        for (double number : x) {
            squares += number * number;
        }
        double root = Math.sqrt(squares / x.length + model.real("rms_norm_eps"));
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / root * tensor(name).numbers()[i];
        }
        return y;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private static double number(@Nullable Map<?, ?> map, String field) {
        return Objects.requireNonNull((Number) Objects.requireNonNull(map).get(field), field)
                .doubleValue();
    }

    private TinyModel.Matrix tensor(String name) {
        return model.tensor(name);
    }
}
