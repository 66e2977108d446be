/// Which of the turns held are recalled: pure, without Redis.
@NullMarked
package io.autoglm.context.window;

import org.jspecify.annotations.NullMarked;
