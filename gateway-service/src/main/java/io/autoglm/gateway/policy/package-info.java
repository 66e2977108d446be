/// What a caller and its tenant may use: limits, budgets, priorities. Records only; who counts and who stores
/// them is elsewhere.
@NullMarked
package io.autoglm.gateway.policy;

import org.jspecify.annotations.NullMarked;
