/// From a graph that the model builder of onnxruntime-genai has exported to one that our decoder runs: read,
/// checked, and edited in its inputs and outputs. Its weights stay in their file.
@NullMarked
package io.autoglm.inference.export;

import org.jspecify.annotations.NullMarked;
