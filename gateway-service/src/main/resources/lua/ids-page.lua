-- KEYS: a sorted set of ids
-- ARGV: the id behind which to begin, or nothing; how many
return redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1] == '' and '-' or '(' .. ARGV[1], '+', 'LIMIT', 0, ARGV[2])
