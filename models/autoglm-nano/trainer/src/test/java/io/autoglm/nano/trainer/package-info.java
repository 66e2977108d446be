/// Tests of the trainer; they need PyTorch and run in the profile `train` only.
@NullMarked
package io.autoglm.nano.trainer;

import org.jspecify.annotations.NullMarked;
