package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A directory that the model builder of onnxruntime-genai has written: `genai_config.json`, a graph, mostly
/// `model.onnx` with its weights beside it in `model.onnx.data`, and the tokenizer's files. See
/// <https://onnxruntime.ai/docs/genai/reference/config.html>. The graph is not read yet.
///
/// @param graph     the `.onnx` file
/// @param dataFiles that weights of the graph may lie in, by their names beside it
/// @param names     of what goes into the graph and comes out of it
public record GenaiDirectory(
        Path path,
        DecoderSizes sizes,
        GenerationDefaults generation,
        Path graph,
        Map<String, Path> dataFiles,
        Names names,
        String digest)
        implements ModelFiles {

    static final String CONFIG = "genai_config.json";

    public GenaiDirectory {
        dataFiles = Map.copyOf(dataFiles);
    }

    /// What `genai_config.json` calls the inputs and outputs; `%d` stands for the layer.
    public record Names(
            String inputIds,
            String attentionMask,
            String positionIds,
            String pastKeys,
            String pastValues,
            String logits,
            String presentKeys,
            String presentValues) {

        private static Names of(Json decoder) {
            Json inputs = part(decoder, "inputs");
            Json outputs = part(decoder, "outputs");
            return new Names(
                    inputs.text("input_ids", "input_ids"),
                    inputs.text("attention_mask", "attention_mask"),
                    inputs.text("position_ids", "position_ids"),
                    inputs.text("past_key_names", "past_key_values.%d.key"),
                    inputs.text("past_value_names", "past_key_values.%d.value"),
                    outputs.text("logits", "logits"),
                    outputs.text("present_key_names", "present.%d.key"),
                    outputs.text("present_value_names", "present.%d.value"));
        }

        private static Json part(Json decoder, String field) {
            return decoder.has(field) ? decoder.object(field) : Json.empty(decoder.file());
        }
    }

    static GenaiDirectory open(Path path) {
        Json config = Json.read(path.resolve(CONFIG));
        Json model = config.object("model");
        refuseMoreThanADecoder(model);
        Json decoder = model.object("decoder");
        Path graph = graph(path, decoder);
        Map<String, Path> dataFiles = besides(graph);
        List<Path> files = new ArrayList<>(ModelDirectory.textFiles(path));
        files.add(path.resolve(CONFIG));
        files.add(graph);
        files.addAll(dataFiles.values());
        return new GenaiDirectory(
                path,
                sizes(model, decoder),
                GenerationReader.read(
                        config.has("search") ? config.object("search") : Json.empty(config.file()), model),
                graph,
                dataFiles,
                Names.of(decoder),
                Digest.of(files));
    }

    private static void refuseMoreThanADecoder(Json model) {
        for (String part : List.of("encoder", "vision", "speech", "embedding")) {
            if (model.has(part)) {
                throw model.refuse("model." + part + " is not supported: only a decoder that reads text is");
            }
        }
        JsonNode pipeline = model.node().path("decoder").path("pipeline");
        if (!pipeline.isMissingNode() && !pipeline.isEmpty()) {
            throw model.refuse("model.decoder.pipeline is not supported: the decoder must be one graph");
        }
    }

    private static DecoderSizes sizes(Json model, Json decoder) {
        int heads = decoder.positive("num_attention_heads");
        return new DecoderSizes(
                        model.positive("vocab_size"),
                        decoder.positive("hidden_size"),
                        decoder.positive("num_hidden_layers"),
                        decoder.positive("num_key_value_heads", heads),
                        decoder.positive("head_size"),
                        model.positive("context_length"))
                .checked(decoder);
    }

    private static Path graph(Path path, Json decoder) {
        String name = decoder.text("filename", "");
        if (!name.matches("[^/\\\\\\x00]+")) {
            throw decoder.wrong("filename", "the name of a file beside it");
        }
        Path graph = path.resolve(name);
        if (!Files.isRegularFile(graph)) {
            throw new ModelLoadException(graph, "not found, but " + CONFIG + " names it");
        }
        return graph;
    }

    /// The files that are named after the graph, as `model.onnx.data` is.
    private static Map<String, Path> besides(Path graph) {
        String name = String.valueOf(graph.getFileName());
        try (Stream<Path> all = Files.list(graph.toAbsolutePath().getParent())) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(name)
                            && String.valueOf(file.getFileName()).startsWith(name))
                    .collect(Collectors.toMap(
                            file -> String.valueOf(file.getFileName()),
                            Function.identity(),
                            (one, other) -> one,
                            TreeMap::new));
        } catch (IOException | UncheckedIOException e) {
            throw new ModelLoadException(graph, "what lies beside it cannot be listed: " + e.getMessage(), e);
        }
    }
}
