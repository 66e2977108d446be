/// Measures admission from within, so that nothing is public for it.
@NullMarked
package io.autoglm.gateway.admission;

import org.jspecify.annotations.NullMarked;
