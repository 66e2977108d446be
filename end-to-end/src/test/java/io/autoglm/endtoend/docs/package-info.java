/// Documents that are held to the code.
@NullMarked
package io.autoglm.endtoend.docs;

import org.jspecify.annotations.NullMarked;
