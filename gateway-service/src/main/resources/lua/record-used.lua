-- KEYS: a record
-- ARGV: when it was used, in milliseconds
-- Gateways note it in any order; a record that is gone stays gone.
if redis.call('EXISTS', KEYS[1]) == 1 then
  local used = tonumber(redis.call('HGET', KEYS[1], 'used') or '0')
  if used < tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[1], 'used', ARGV[1])
  end
end
return 1
