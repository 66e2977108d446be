/// How conversations lie in Redis, and what is done when Redis is away.
///
/// A conversation is three keys that share the hash tag `{tenant:id}`, so that it lives in one slot of a
/// cluster and one Lua script reads or changes it whole in one round trip:
///
/// | key | type | holds |
/// |---|---|---|
/// | `autoglm:{t:id}:meta` | hash | version, turns, tokens, bytes, created, ttl, metadata, pinned |
/// | `autoglm:{t:id}:turns` | list | the turns, oldest first, each `<tokens>:<kind><messages>` |
/// | `autoglm:{t:id}:requests` | sorted set | the newest request ids, by version |
/// | `autoglm:{t}:index` | sorted set | the ids of a tenant's conversations by last append; only for listing |
///
/// The index is in another slot, so it is written after the conversation and not with it, and nobody waits for it: it
/// may miss one or name one that expired. Listing takes the expired off; the next append puts a missing one back.
///
/// An append is acknowledged when Redis has answered. With `appendfsync always` it is then on disk; with `everysec` the
/// last second may be lost when the machine dies, not when the process does.
@NullMarked
package io.autoglm.context.store;

import org.jspecify.annotations.NullMarked;
