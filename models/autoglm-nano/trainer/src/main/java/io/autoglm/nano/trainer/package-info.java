/// Trains AutoGLM nano from scratch with PyTorch through DJL, on a GPU where there is one.
///
/// Start reading at [io.autoglm.nano.trainer.Train]; the network is one page, [io.autoglm.nano.trainer.Network].
@NullMarked
package io.autoglm.nano.trainer;

import org.jspecify.annotations.NullMarked;
