-- Takes a conversation off its tenant's list.
-- KEYS: index; ARGV: conversation; the time it stood there with, so that one begun anew since then stays, or ''
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and (ARGV[2] == '' or tonumber(score) == tonumber(ARGV[2])) then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
