/// The HTTP face of the service: who may call, what the routes mean, and the one place where an outcome becomes a
/// status.
@NullMarked
package io.autoglm.context.api;

import org.jspecify.annotations.NullMarked;
