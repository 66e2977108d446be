/// Who may ask, how much.
@NullMarked
package io.autoglm.gateway;

import org.jspecify.annotations.NullMarked;
