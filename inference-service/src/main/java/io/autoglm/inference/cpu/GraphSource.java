package io.autoglm.inference.cpu;

import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.export.ExportedGraph;
import io.autoglm.inference.export.GraphEditor;
import io.autoglm.inference.export.MatrixNumbers;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.GraphShape;
import io.autoglm.inference.graph.MatrixFormat;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.GenaiDirectory;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;

/// Where a graph comes from, and what is known of it before it is made.
sealed interface GraphSource {

    static GraphSource of(ModelFiles files, EngineConfig config) {
        return switch (files) {
            case ModelDirectory checkpoint ->
                new Checkpoint(
                        checkpoint,
                        config,
                        config.weights().resolve(checkpoint.weights().parameters()));
            case GenaiDirectory export -> Export.of(ExportedGraph.read(export), config);
        };
    }

    /// Numbers in its matrices.
    long parameters();

    /// What its matrices are held in, never [WeightFormat#AUTO].
    WeightFormat weights();

    long weightBytes();

    /// @throws ModelLoadException if the files are not what they say
    ConvertedWeights make(int maxTokens);

    /// Of which a graph is built.
    record Checkpoint(ModelDirectory directory, EngineConfig config, WeightFormat weights) implements GraphSource {

        @Override
        public long parameters() {
            return directory.weights().parameters();
        }

        @Override
        public long weightBytes() {
            return (long) (parameters() * format().bytesPerWeight());
        }

        @Override
        public ConvertedWeights make(int maxTokens) {
            GraphShape shape = new GraphShape(format(), config.kvFormat() == KvFormat.FP16, maxTokens);
            return ConvertedWeights.of(directory, shape, config.weightCache());
        }

        private MatrixFormat format() {
            return switch (weights) {
                case FP32 -> MatrixFormat.FP32;
                case INT8 -> new MatrixFormat(MatrixFormat.INT8.bits(), config.weightBlock());
                case INT4 -> new MatrixFormat(MatrixFormat.INT4.bits(), config.weightBlock());
                case AUTO, FP16 -> throw new IllegalArgumentException(weights + " is none to build a graph in");
            };
        }
    }

    /// Whose graph is edited.
    record Export(ExportedGraph graph, MatrixNumbers numbers, EngineConfig config) implements GraphSource {

        static Export of(ExportedGraph graph, EngineConfig config) {
            Export export = new Export(graph, graph.numbers(), config);
            WeightFormat asked = config.weights();
            if (asked != WeightFormat.AUTO && asked != export.weights()) {
                throw new ModelLoadException(
                        "autoglm.weights",
                        asked.spelled() + " is asked for, but "
                                + graph.directory().graph() + " was exported with "
                                + export.weights().spelled() + ", which stays as it is; leave it at auto");
            }
            return export;
        }

        @Override
        public long parameters() {
            return numbers.count();
        }

        @Override
        public WeightFormat weights() {
            return switch (numbers.bits()) {
                case 4 -> WeightFormat.INT4;
                case 8 -> WeightFormat.INT8;
                default -> WeightFormat.FP32;
            };
        }

        @Override
        public long weightBytes() {
            return graph.bytes();
        }

        @Override
        public ConvertedWeights make(int maxTokens) {
            TensorType cache = config.kvFormat() == KvFormat.FP16 ? TensorType.FLOAT16 : TensorType.FLOAT;
            NativeMemory memory = new NativeMemory();
            try {
                DecoderGraph edited = GraphEditor.edit(graph, cache, maxTokens, memory);
                return new ConvertedWeights(edited, memory);
            } catch (RuntimeException | Error e) {
                memory.close();
                throw e;
            }
        }
    }
}
