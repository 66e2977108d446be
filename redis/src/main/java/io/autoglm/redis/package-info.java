/// How a service speaks to Redis: one command with a time limit and a measure, what a failure means in words,
/// and whether this Redis may be trusted with what must not be lost. What lies there is the services'
/// concern.
@NullMarked
package io.autoglm.redis;

import org.jspecify.annotations.NullMarked;
