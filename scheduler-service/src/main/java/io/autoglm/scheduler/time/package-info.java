/// The clocks of the service: a steady one for everything, and one that counts sleep for what runs out.
@NullMarked
package io.autoglm.scheduler.time;

import org.jspecify.annotations.NullMarked;
