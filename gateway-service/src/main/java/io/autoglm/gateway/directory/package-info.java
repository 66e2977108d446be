/// Keys and tenants as the admin API keeps them in Redis, and how a gateway remembers them. What is written
/// here is believed for at most `autoglm.keys.trusted-for` by every gateway, and for `autoglm.keys.stale-for`
/// while Redis is away.
@NullMarked
package io.autoglm.gateway.directory;

import org.jspecify.annotations.NullMarked;
