/// From a checkpoint to an ONNX graph, in memory: the operators as protobuf bytes, the weights beside them, in the
/// number format asked for. Nothing here runs anything.
@NullMarked
package io.autoglm.inference.graph;

import org.jspecify.annotations.NullMarked;
