/// What every request shares before it has a meaning: routes, ids, bodies with a limit, draining.
@NullMarked
package io.autoglm.gateway.http;

import org.jspecify.annotations.NullMarked;
