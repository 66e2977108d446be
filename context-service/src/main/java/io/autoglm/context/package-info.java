/// What is remembered, in Redis.
@NullMarked
package io.autoglm.context;

import org.jspecify.annotations.NullMarked;
