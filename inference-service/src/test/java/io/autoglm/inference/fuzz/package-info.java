/// Wild input: whatever it is, the answer is a refusal in a line, or a result; never a hang, a crash or
/// another error.
@NullMarked
package io.autoglm.inference.fuzz;

import org.jspecify.annotations.NullMarked;
