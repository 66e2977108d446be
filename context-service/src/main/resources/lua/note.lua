-- Puts a conversation at the head of its tenant's list and drops what the list has no room for.
-- KEYS: index; ARGV: conversation, now (ms), most entries, how long an unused list is kept (ms)
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
