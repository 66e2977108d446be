/// The scheduler's REST API for instances and gateways. Nothing in it blocks.
@NullMarked
package io.autoglm.scheduler.api;

import org.jspecify.annotations.NullMarked;
