/// What the context service remembers: recalled before a request with a session, appended after it.
@NullMarked
package io.autoglm.gateway.recall;

import org.jspecify.annotations.NullMarked;
