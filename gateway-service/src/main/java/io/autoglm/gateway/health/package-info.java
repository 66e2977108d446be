/// Whether this gateway can serve, for load balancers (public) and for operators (management port).
@NullMarked
package io.autoglm.gateway.health;

import org.jspecify.annotations.NullMarked;
