/// Who may speak to the scheduler, and the trace id of what they say.
@NullMarked
package io.autoglm.scheduler.access;

import org.jspecify.annotations.NullMarked;
