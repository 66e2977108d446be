package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All tensors of a checkpoint, in one file or in shards.
public final class Weights {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path source;
    private final List<Path> files;
    private final Map<String, Tensor> tensors;
    private final @Nullable Quantization quantization;

    private Weights(Path source, List<Path> files, Map<String, Tensor> tensors, @Nullable Quantization quantization) {
        this.source = source;
        this.files = List.copyOf(files);
        this.tensors = tensors;
        this.quantization = quantization;
    }

    /// @param quantization null for weights that are numbers
    static Weights open(Path directory, @Nullable Quantization quantization) {
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            return sharded(directory, index, quantization);
        }
        Path single = directory.resolve(SINGLE);
        if (!Files.isRegularFile(single)) {
            throw new ModelLoadException(single, "not found, and no " + INDEX + " beside it");
        }
        return new Weights(single, List.of(single), SafetensorsFile.read(single), quantization);
    }

    private static Weights sharded(Path directory, Path index, @Nullable Quantization quantization) {
        Map<String, Map<String, Tensor>> shards = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry :
                Json.read(index).object("weight_map").node().properties()) {
            String shard = entry.getValue().asText();
            if (shard.isEmpty() || shard.contains("/") || shard.contains("\\")) {
                throw new ModelLoadException(index, "weight_map names '" + shard + "', which is no file beside it");
            }
            Map<String, Tensor> held = shards.computeIfAbsent(shard, name -> {
                files.add(directory.resolve(name));
                return SafetensorsFile.read(directory.resolve(name));
            });
            Tensor tensor = held.get(entry.getKey());
            if (tensor == null) {
                throw new ModelLoadException(directory.resolve(shard), "lacks tensor " + entry.getKey());
            }
            tensors.put(entry.getKey(), tensor);
        }
        return new Weights(index, files, tensors, quantization);
    }

    /// The file to name when the checkpoint as a whole is at fault.
    public Path source() {
        return source;
    }

    List<Path> files() {
        return files;
    }

    /// The tensor, in whatever shape it has.
    Tensor any(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelLoadException(source, "lacks tensor " + name);
        }
        return tensor;
    }

    /// The tensor, in exactly this shape.
    public Tensor require(String name, long... shape) {
        Tensor tensor = any(name);
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (!tensor.shape().equals(expected)) {
            throw new ModelLoadException(
                    source, "tensor " + name + " has shape " + tensor.shape() + "; config.json asks for " + expected);
        }
        return tensor;
    }

    /// Whether a module's matrix is packed codes.
    public boolean isPacked(String module) {
        return quantization != null && tensors.containsKey(module + ".qweight");
    }

    /// The matrix of a module that [#isPacked].
    public PackedMatrix packed(String module, int rows, int columns) {
        return PackedMatrix.of(this, Objects.requireNonNull(quantization), module, rows, columns);
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /// Numbers in all matrices and vectors together; of packed ones, those that they stand for.
    public long parameters() {
        int perWord = quantization == null ? 1 : Integer.SIZE / quantization.bits();
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.elements() * (tensor.type() == ElementType.I32 ? perWord : 1))
                .sum();
    }
}
