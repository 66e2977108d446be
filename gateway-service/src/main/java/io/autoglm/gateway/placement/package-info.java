/// Who answers: leases from the scheduler, and the last known instances for the time the scheduler is away.
@NullMarked
package io.autoglm.gateway.placement;

import org.jspecify.annotations.NullMarked;
