/// Starts, watches, kills and cleans up what the tests talk to.
@NullMarked
package io.autoglm.endtoend.stack;

import org.jspecify.annotations.NullMarked;
