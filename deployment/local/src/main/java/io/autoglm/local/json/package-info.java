/// A JSON reader and writer of one page: the launcher has no dependency but the JDK.
@NullMarked
package io.autoglm.local.json;

import org.jspecify.annotations.NullMarked;
