/// Which models can be asked for.
@NullMarked
package io.autoglm.gateway.models;

import org.jspecify.annotations.NullMarked;
