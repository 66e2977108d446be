/// How much one caller may ask: requests per minute and requests at once, per key, on this gateway.
@NullMarked
package io.autoglm.gateway.admission;

import org.jspecify.annotations.NullMarked;
