/// Lets a request in by all limits of its caller, its tenant and the model at once, over all gateways, and
/// settles what it has cost. Redis counts; while it is away this gateway does (`counting`).
@NullMarked
package io.autoglm.gateway.admission;

import org.jspecify.annotations.NullMarked;
