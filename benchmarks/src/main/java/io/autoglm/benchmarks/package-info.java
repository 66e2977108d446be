/// What this machine does: the engine alone, and the service around it. Run by `./autoglm bench`, never by a service.
@NullMarked
package io.autoglm.benchmarks;

import org.jspecify.annotations.NullMarked;
