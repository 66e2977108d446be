/// Who shall answer: filter → score → pick, a pure function of what is known of the instances and what is asked
/// for.
@NullMarked
package io.autoglm.scheduler.placement;

import org.jspecify.annotations.NullMarked;
