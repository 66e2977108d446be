/// Leases: given, counted, given back exactly once or forgotten at their deadline.
@NullMarked
package io.autoglm.scheduler.lease;

import org.jspecify.annotations.NullMarked;
