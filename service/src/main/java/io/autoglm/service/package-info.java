/// What every one of the four services is, whatever it serves: for now, how it says that it cannot start.
@NullMarked
package io.autoglm.service;

import org.jspecify.annotations.NullMarked;
