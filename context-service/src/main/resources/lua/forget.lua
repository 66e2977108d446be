-- Takes a conversation off its tenant's list.
-- KEYS: index; ARGV: conversation; the latest time it may stand there with, so that one begun anew since then stays
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) <= tonumber(ARGV[2]) then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
