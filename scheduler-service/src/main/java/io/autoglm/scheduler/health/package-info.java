/// Active health: who is probed when, and what an answer proves.
///
/// The three levels are asked in order, each only when the one before it holds: the port answers, the model is
/// loaded, a short prompt is really answered. What reports and gateways say (silence, standing engines, failures,
/// memory) is judged in `registry`; both meet in an instance's phase.
@NullMarked
package io.autoglm.scheduler.health;

import org.jspecify.annotations.NullMarked;
