/// Keeping processes alive: the same for every part, whatever it is.
///
/// {@link Supervisor} is the one owner: only its thread touches a {@link Part}. Probes run on virtual threads and hand
/// their results back through its queue.
@NullMarked
package io.autoglm.local.supervision;

import org.jspecify.annotations.NullMarked;
