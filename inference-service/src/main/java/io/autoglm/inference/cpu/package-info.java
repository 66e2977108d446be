/// The engine `cpu`: ONNX Runtime, called directly, behind DJL's engine SPI. DJL's own ONNX Runtime engine cannot
/// bind a model's outputs to memory of the caller, and would copy the whole KV cache at each step.
@NullMarked
package io.autoglm.inference.cpu;

import org.jspecify.annotations.NullMarked;
