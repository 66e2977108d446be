-- KEYS: a record
-- ARGV: the version that it must have, -1 for any
-- gives: 1 when it was removed
local version = redis.call('HGET', KEYS[1], 'version')
if not version or (ARGV[1] ~= '-1' and ARGV[1] ~= version) then
  return 0
end
return redis.call('DEL', KEYS[1])
