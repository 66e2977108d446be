-- KEYS: a sorted set of ids, all of one score, so that it is in their order
-- ARGV: an id; how many there may be
-- gives: 1 when it is in the set
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 1
end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 1
