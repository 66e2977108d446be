-- KEYS: a record
-- ARGV: its JSON; the version that it must have, 0 for none, -1 for any; milliseconds to keep it, 0 for ever; now in milliseconds
-- gives: 1 and its version, or 0 and the version that it has instead
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
local expected = tonumber(ARGV[2])
if expected ~= version and not (expected == -1 and version > 0) then
  return {0, version}
end
-- Not from 1: a record that was removed and made again must not have a version that someone has seen before.
local now = version == 0 and tonumber(ARGV[4]) or version + 1
redis.call('HSET', KEYS[1], 'json', ARGV[1], 'version', string.format('%.0f', now))
if ARGV[3] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {1, now}
