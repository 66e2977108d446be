/// The ports of a suite, who holds one that should be free, and the plain requests the launcher makes on loopback.
@NullMarked
package io.autoglm.local.network;

import org.jspecify.annotations.NullMarked;
