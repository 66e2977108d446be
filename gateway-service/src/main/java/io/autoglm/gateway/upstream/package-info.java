/// Moves a request to an instance and its answer back, byte for byte: the data plane. Decides nothing.
@NullMarked
package io.autoglm.gateway.upstream;

import org.jspecify.annotations.NullMarked;
