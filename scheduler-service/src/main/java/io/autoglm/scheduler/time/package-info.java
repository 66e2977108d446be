/// The clock of the service.
@NullMarked
package io.autoglm.scheduler.time;

import org.jspecify.annotations.NullMarked;
