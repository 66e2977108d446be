-- Changes nothing, in a way that Redis refuses whenever it would refuse an append: a write that wants memory.
-- KEYS: a sorted set that does not exist
return redis.call('ZADD', KEYS[1], 'XX', 0, '')
