-- Begins a conversation that is not there yet; what is left of one whose meta was deleted goes.
-- KEYS: meta, turns, requests; ARGV: now (ms), time to live (ms), metadata (JSON)
-- Returns 0 where it is there, else 1.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'version', 0, 'turns', 0, 'tokens', 0, 'bytes', 0,
  'created', ARGV[1], 'ttl', ARGV[2], 'metadata', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
