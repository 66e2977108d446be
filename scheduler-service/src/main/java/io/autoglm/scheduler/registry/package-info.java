/// The instances that are known and the phase each is in.
///
/// {@link Registry} is the only door: all its methods are atomic and short, so that they may be called from an
/// event loop. Time comes from the injected clock; nothing here does I/O or waits.
@NullMarked
package io.autoglm.scheduler.registry;

import org.jspecify.annotations.NullMarked;
