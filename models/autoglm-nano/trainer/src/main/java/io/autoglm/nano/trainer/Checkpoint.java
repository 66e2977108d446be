package io.autoglm.nano.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Everything needed to go on training after an interruption: weights, moments, the next step and the next pool.
record Checkpoint(Map<String, float[]> values, long step, long pool) {
    private static final String FILE = "checkpoint.safetensors";

    static boolean existsIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    static Checkpoint read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        Map<String, float[]> values = new LinkedHashMap<>();
        Safetensors.read(file).forEach((name, tensor) -> values.put(name, tensor.values()));
        Map<String, String> metadata = Safetensors.metadata(file);
        return new Checkpoint(
                values,
                Long.parseLong(metadata.getOrDefault("step", "0")),
                Long.parseLong(metadata.getOrDefault("pool", "0")));
    }

    static void write(Path directory, Weights weights, Optimizer optimizer, long step, long pool) throws IOException {
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        weights.arrays().forEach((name, array) -> tensors.put(name, ModelDirectory.tensor(array)));
        optimizer.state().forEach((name, array) -> tensors.put(name, ModelDirectory.tensor(array)));
        Files.createDirectories(directory);
        Map<String, String> metadata = Map.of("step", String.valueOf(step), "pool", String.valueOf(pool));
        Safetensors.write(directory.resolve(FILE), tensors, Safetensors.Format.F32, metadata);
    }
}
