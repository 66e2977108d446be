/// What every one of the four services is, whatever it serves: how it checks its settings, and how it says that
/// it cannot start.
@NullMarked
package io.autoglm.service;

import org.jspecify.annotations.NullMarked;
