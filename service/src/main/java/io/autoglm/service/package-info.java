/// What every one of the four services is, whatever it serves: how it checks its settings and its callers,
/// how it says that it cannot start, and how it ends.
@NullMarked
package io.autoglm.service;

import org.jspecify.annotations.NullMarked;
