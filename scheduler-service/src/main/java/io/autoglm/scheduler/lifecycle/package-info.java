/// The processes behind local instances: started, watched, started again, adopted after a restart of the scheduler,
/// stopped with it.
///
/// One thread owns all state here; what comes from elsewhere (an exit, a timer) is handed to it. Processes write
/// their logs to files by themselves and are known by pid and start time, so that they can outlive the scheduler
/// and be found again.
@NullMarked
package io.autoglm.scheduler.lifecycle;

import org.jspecify.annotations.NullMarked;
