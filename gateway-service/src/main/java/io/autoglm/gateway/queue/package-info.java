/// Where admitted requests wait while their model takes no more from this gateway: how many it takes is measured or
/// set, and who is next is decided by class, by tenant and by what each tenant has got.
@NullMarked
package io.autoglm.gateway.queue;

import org.jspecify.annotations.NullMarked;
