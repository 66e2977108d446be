/// How the programs that measure speak to Redis.
@NullMarked
package io.autoglm.redis;

import org.jspecify.annotations.NullMarked;
