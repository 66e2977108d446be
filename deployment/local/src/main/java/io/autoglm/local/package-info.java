/// The launcher: the whole suite on one machine, as `./autoglm` starts, shows and stops it.
///
/// Start reading at {@link io.autoglm.local.Autoglm}, which turns a command line into one of the commands. `up` is two
/// processes: a viewer in the terminal, and a supervisor in a session of its own that owns every part, so that a Ctrl-C
/// reaches the viewer alone and the parts can be stopped in order. What they know of each other is one file,
/// {@link io.autoglm.local.home.Snapshot}.
@NullMarked
package io.autoglm.local;

import org.jspecify.annotations.NullMarked;
