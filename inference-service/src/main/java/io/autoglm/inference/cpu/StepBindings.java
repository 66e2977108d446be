package io.autoglm.inference.cpu;

import ai.onnxruntime.OnnxTensor;
import java.util.Map;

/// What a step over a certain run of slots reads and writes, made once and used for every such step.
///
/// @param inputs  all but the tokens, which are put in for each step
/// @param outputs the logits and the cache, bound to memory of ours; the cache's tensors are the same as in `inputs`
/// @param logits  the one among the outputs that is no input
record StepBindings(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, OnnxTensor logits) {}
