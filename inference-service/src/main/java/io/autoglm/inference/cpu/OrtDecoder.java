package io.autoglm.inference.cpu;

import ai.djl.engine.EngineException;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.model.DecoderSizes;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A step is one run of the session. All of its tensors are views of native memory that are made on the first
/// step over their run of slots and kept, those of the {@link KeptBindings#MOST} runs that were used last: of
/// the 32 896 runs of 256 slots a service meets few again and again, and then a step allocates little.
final class OrtDecoder implements Decoder {

    private final OrtEnvironment environment;
    private final GraphSession session;
    private final DecoderSizes sizes;
    private final DecoderShape shape;
    private final NativeMemory memory;
    private final KvFormat format;
    private final KvCache cache;

    private final IntBuffer tokenIds;
    private final IntBuffer lastRows;
    private final IntBuffer longest;
    private final IntBuffer logitsIndex;
    private final IntBuffer wantedIndexes;
    private final FloatBuffer logits;
    private final OnnxTensor longestTensor;
    private final OnnxTensor logitsIndexTensor;
    private final KeptBindings bindings = new KeptBindings();
    private final Map<Integer, OnnxTensor> decodeTokens = new HashMap<>();

    /// @param memory of the weights and from now on of the cache; freed with this decoder
    OrtDecoder(GraphSession session, DecoderSizes sizes, KvFormat format, CachePlan plan, NativeMemory memory)
            throws OrtException {
        this.environment = CpuEngine.environment();
        this.session = session;
        this.sizes = sizes;
        this.memory = memory;
        this.shape = new DecoderShape(
                sizes.vocabularySize(),
                sizes.hiddenSize(),
                plan.slots(),
                plan.maxTokens(),
                plan.bytes(sizes.kvNumbersPerToken() * format.bytes()));
        this.format = format;
        this.cache = new KvCache(sizes, format, plan.slots(), plan.maxTokens(), memory);
        this.tokenIds = Tensors.ints(memory, Math.max(plan.maxTokens(), plan.slots()));
        this.lastRows = Tensors.ints(memory, plan.slots());
        this.longest = Tensors.ints(memory, 1);
        this.logitsIndex = Tensors.ints(memory, 1);
        this.wantedIndexes = Tensors.ints(memory, 1 + MOST_DRAFT_TOKENS);
        long rows = Math.max(plan.slots(), 1 + MOST_DRAFT_TOKENS);
        this.logits = Tensors.buffer(memory.allocate(rows * sizes.vocabularySize() * Float.BYTES))
                .asFloatBuffer();
        this.longestTensor = OnnxTensor.createTensor(environment, longest, new long[] {1});
        this.logitsIndexTensor = OnnxTensor.createTensor(environment, logitsIndex, new long[] {1});
    }

    @Override
    public DecoderShape shape() {
        return shape;
    }

    @Override
    public FloatBuffer prefill(int slot, int start, int[] tokens, int from, int to) {
        int rows = to == tokens.length ? 1 : 0;
        read(slot, start, tokens, from, to, rows, Set.of()).close();
        return row(rows);
    }

    @Override
    public FloatBuffer check(int slot, int start, int[] tokens) {
        if (tokens.length > 1 + MOST_DRAFT_TOKENS) {
            throw new IllegalArgumentException(tokens.length + " tokens are too many to check");
        }
        read(slot, start, tokens, 0, tokens.length, tokens.length, Set.of()).close();
        return row(tokens.length);
    }

    @Override
    public FloatBuffer embed(int slot, int start, int[] tokens, int from, int to) {
        try (OrtSession.Result result = read(slot, start, tokens, from, to, 0, Set.of(DecoderGraph.HIDDEN))) {
            OnnxTensor states = (OnnxTensor) result.get(DecoderGraph.HIDDEN).orElseThrow();
            return states.getFloatBuffer();
        }
    }

    /// @param rows   of logits that are wanted, those of the last tokens
    /// @param wanted outputs beside those that are bound
    /// @return owns the wanted outputs, and none of the bound ones
    private OrtSession.Result read(int slot, int start, int[] tokens, int from, int to, int rows, Set<String> wanted) {
        for (int row = 0; row < rows; row++) {
            wantedIndexes.put(row, to - from - rows + row);
        }
        try (OnnxTensor ids = ids(slot, start, tokens, from, to);
                OnnxTensor indexes =
                        OnnxTensor.createTensor(environment, wantedIndexes.slice(0, rows), new long[] {rows});
                OnnxTensor read =
                        OnnxTensor.createTensor(environment, row(rows), new long[] {1, rows, shape.vocabularySize()})) {
            StepBindings step = bindings(slot, 1);
            Map<String, OnnxTensor> inputs = new LinkedHashMap<>(step.inputs());
            inputs.put(DecoderGraph.INPUT_IDS, ids);
            inputs.put(DecoderGraph.LOGITS_INDEX, indexes);
            Map<String, OnnxTensor> outputs = new LinkedHashMap<>(step.outputs());
            outputs.put(DecoderGraph.LOGITS, read);
            return session.run(inputs, wanted, outputs);
        } catch (OrtException e) {
            throw new EngineException("a step of " + (to - from) + " tokens failed", e);
        }
    }

    /// Writes down where the tokens of one sequence go.
    private OnnxTensor ids(int slot, int start, int[] tokens, int from, int to) throws OrtException {
        Objects.checkIndex(slot, shape.slots());
        Objects.checkFromToIndex(from, to, tokens.length);
        int count = to - from;
        if (count == 0) {
            throw new IllegalArgumentException("there are no tokens to read");
        }
        Objects.checkFromIndexSize(start, count, shape.maxTokens());
        for (int i = 0; i < count; i++) {
            tokenIds.put(i, token(tokens[from + i]));
        }
        lastRows.put(0, start + count - 1);
        longest.put(0, start + count);
        return OnnxTensor.createTensor(environment, tokenIds.slice(0, count), new long[] {1, count});
    }

    @Override
    public FloatBuffer decode(int first, int[] tokens, int[] positions) {
        int count = tokens.length;
        Objects.checkFromIndexSize(first, count, shape.slots());
        if (count == 0 || positions.length != count) {
            throw new IllegalArgumentException(count + " tokens at " + positions.length + " positions");
        }
        int last = 0;
        for (int i = 0; i < count; i++) {
            tokenIds.put(i, token(tokens[i]));
            lastRows.put(i, Objects.checkIndex(positions[i], shape.maxTokens()));
            last = Math.max(last, positions[i]);
        }
        longest.put(0, last + 1);
        logitsIndex.put(0, 0);
        try {
            OnnxTensor ids = decodeTokens.get(count);
            if (ids == null) {
                ids = OnnxTensor.createTensor(environment, tokenIds.slice(0, count), new long[] {count, 1});
                decodeTokens.put(count, ids);
            }
            StepBindings step = bindings(first, count);
            step.inputs().put(DecoderGraph.INPUT_IDS, ids);
            session.run(step.inputs(), Set.of(), step.outputs()).close();
        } catch (OrtException e) {
            throw new EngineException("a step of " + count + " sequences failed", e);
        }
        return row(count);
    }

    @Override
    public void copy(int fromSlot, int toSlot, int tokens) {
        Objects.checkIndex(fromSlot, shape.slots());
        Objects.checkIndex(toSlot, shape.slots());
        Objects.checkFromIndexSize(0, tokens, shape.maxTokens());
        cache.copy(fromSlot, toSlot, tokens);
    }

    private int token(int id) {
        return Objects.checkIndex(id, shape.vocabularySize());
    }

    private FloatBuffer row(int rows) {
        return logits.slice(0, rows * shape.vocabularySize());
    }

    private StepBindings bindings(int first, int count) throws OrtException {
        KeptBindings.SlotRange range = new KeptBindings.SlotRange(first, count);
        StepBindings step = bindings.get(range);
        if (step == null) {
            step = bind(range);
            bindings.put(range, step);
        }
        return step;
    }

    private StepBindings bind(KeptBindings.SlotRange range) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        long[] rows = {range.count(), sizes.kvHeads(), shape.maxTokens(), sizes.headDim()};
        for (int layer = 0; layer < sizes.layers(); layer++) {
            OnnxTensor keys = Tensors.cache(environment, format, cache.keys(layer, range.first(), range.count()), rows);
            OnnxTensor values =
                    Tensors.cache(environment, format, cache.values(layer, range.first(), range.count()), rows);
            inputs.put(DecoderGraph.key(layer), keys);
            inputs.put(DecoderGraph.value(layer), values);
            outputs.put(DecoderGraph.keyOut(layer), keys);
            outputs.put(DecoderGraph.valueOut(layer), values);
        }
        inputs.put(
                DecoderGraph.LAST_ROWS,
                OnnxTensor.createTensor(environment, lastRows.slice(0, range.count()), new long[] {range.count()}));
        inputs.put(DecoderGraph.LONGEST, longestTensor);
        inputs.put(DecoderGraph.LOGITS_INDEX, logitsIndexTensor);
        OnnxTensor row = OnnxTensor.createTensor(
                environment, row(range.count()), new long[] {range.count(), 1, shape.vocabularySize()});
        outputs.put(DecoderGraph.LOGITS, row);
        return new StepBindings(inputs, outputs, row);
    }

    @Override
    public void close() {
        decodeTokens.values().forEach(OnnxTensor::close);
        bindings.close();
        longestTensor.close();
        logitsIndexTensor.close();
        try {
            session.close();
        } finally {
            memory.close();
        }
    }
}
