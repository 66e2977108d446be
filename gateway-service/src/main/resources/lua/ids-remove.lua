-- KEYS: a sorted set of ids
-- ARGV: ids
return redis.call('ZREM', KEYS[1], unpack(ARGV))
