package io.autoglm.inference.export;

import io.autoglm.inference.model.GenaiDirectory;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The graph of a directory, read but not changed: its nodes, its weights, what goes in and comes out. Every
/// weight has been found to lie within its file.
///
/// @param head       what the model says beside its graph, as it was encoded
/// @param dataFolder of all files beside the graph's own that weights lie in; null where there are none
public record ExportedGraph(
        GenaiDirectory directory,
        List<MemorySegment> head,
        List<Node> nodes,
        Map<String, StoredTensor> tensors,
        Map<String, Port> inputs,
        Map<String, Port> outputs,
        @Nullable Path dataFolder) {

    private static final int GRAPH = 7;
    private static final int NODE = 1;
    private static final int TENSOR = 5;
    private static final int INPUT = 11;
    private static final int OUTPUT = 12;

    public ExportedGraph {
        head = List.copyOf(head);
        nodes = List.copyOf(nodes);
    }

    /// @throws ModelLoadException if the graph cannot be read, or is none of a decoder that this engine runs
    public static ExportedGraph read(GenaiDirectory directory) {
        try {
            ExportedGraph graph = read(directory, map(directory.graph()));
            DecoderCheck.of(graph);
            return graph;
        } catch (MalformedExportException e) {
            throw new ModelLoadException(
                    directory.graph().toString(), "is no ONNX model, or was cut: " + e.getMessage(), e);
        }
    }

    private static ExportedGraph read(GenaiDirectory directory, MemorySegment bytes) {
        WireMessage model = WireMessage.read(bytes);
        if (!model.has(GRAPH)) {
            throw new MalformedExportException("it holds no graph");
        }
        WireMessage graph = model.message(GRAPH);
        DataFiles files = new DataFiles(directory);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (WireMessage message : graph.messages(TENSOR)) {
            StoredTensor tensor = files.find(StoredTensor.read(message));
            tensors.put(tensor.name(), tensor);
        }
        return new ExportedGraph(
                directory,
                model.encodedWithout(GRAPH),
                graph.messages(NODE).stream().map(Node::read).toList(),
                tensors,
                ports(graph, INPUT),
                ports(graph, OUTPUT),
                files.folder());
    }

    private static Map<String, Port> ports(WireMessage graph, int field) {
        return graph.messages(field).stream()
                .map(Port::read)
                .collect(Collectors.toMap(Port::name, Function.identity(), (one, other) -> other, LinkedHashMap::new));
    }

    private static MemorySegment map(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be mapped: " + e.getMessage(), e);
        }
    }

    /// Each node by the values that it gives.
    static Map<String, Node> producers(List<Node> nodes) {
        Map<String, Node> producers = new HashMap<>();
        for (Node node : nodes) {
            node.outputs().stream().filter(output -> !output.isEmpty()).forEach(output -> producers.put(output, node));
        }
        return producers;
    }

    /// What the products multiply by.
    public MatrixNumbers numbers() {
        return MatrixNumbers.of(this);
    }

    /// Of all weights.
    ///
    /// @throws ModelLoadException if they are more than can be counted
    public long bytes() {
        try {
            return tensors.values().stream().mapToLong(StoredTensor::byteSize).reduce(0, Math::addExact);
        } catch (ArithmeticException e) {
            throw refuse("its weights take more bytes than can be counted");
        }
    }

    ModelLoadException refuse(String why) {
        return new ModelLoadException(directory.graph().toString(), why);
    }

    /// The files beside the graph, as its weights name them.
    private static final class DataFiles {

        private final GenaiDirectory directory;
        private final List<Path> folders = new ArrayList<>();
        private final Map<String, Long> sizes = new HashMap<>();

        DataFiles(GenaiDirectory directory) {
            this.directory = directory;
        }

        /// The same tensor under the real name of its file: ONNX Runtime follows no link out of a folder, and
        /// Hugging Face's own cache consists of such links.
        StoredTensor find(StoredTensor tensor) {
            if (!(tensor.place() instanceof StoredTensor.Beside(String name, long offset, long length))) {
                return tensor;
            }
            Path file = directory.dataFiles().get(name);
            if (file == null) {
                throw new ModelLoadException(
                        directory.graph().toString(),
                        "tensor " + tensor.name() + " lies in '" + name + "', which is no file beside it with a name"
                                + " that begins with its own");
            }
            try {
                Path real = file.toRealPath();
                long size = sizes.containsKey(name) ? sizes.get(name) : Files.size(real);
                sizes.put(name, size);
                if (offset > size - length) {
                    throw new ModelLoadException(
                            file.toString(),
                            "truncated: tensor " + tensor.name() + " ends at byte " + (offset + length)
                                    + ", the file has " + size);
                }
                folders.add(real.getParent());
                return tensor.at(new StoredTensor.Beside(String.valueOf(real.getFileName()), offset, length));
            } catch (IOException e) {
                throw new ModelLoadException(file.toString(), "cannot be read: " + e.getMessage(), e);
            }
        }

        @Nullable
        Path folder() {
            if (folders.stream().distinct().count() > 1) {
                throw new ModelLoadException(
                        directory.graph().toString(),
                        "its weights lie in several folders: "
                                + folders.stream().distinct().toList());
            }
            return folders.isEmpty() ? null : folders.getFirst();
        }
    }
}
