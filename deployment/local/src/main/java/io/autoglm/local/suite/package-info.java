/// What the suite on one machine consists of: which process, with which flags, ports, files and secrets.
@NullMarked
package io.autoglm.local.suite;

import org.jspecify.annotations.NullMarked;
