/// How a stream goes on from another instance when its own has broken: what it has said so far, and the
/// request that goes on from there.
@NullMarked
package io.autoglm.gateway.continuation;

import org.jspecify.annotations.NullMarked;
