/// Who can answer and who shall: what instances report, what the scheduler makes of it, and the lease it gives.
@NullMarked
package io.autoglm.protocol.placement;

import org.jspecify.annotations.NullMarked;
