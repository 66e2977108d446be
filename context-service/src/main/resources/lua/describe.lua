-- A conversation without its turns; reading it so is no use of it.
-- KEYS: meta, turns
-- Returns false where there is none, else {version, turns, tokens, created, remaining time to live (ms), metadata}.
local now = redis.call('HMGET', KEYS[1], 'version', 'tokens', 'created', 'metadata')
if not now[1] then
  return false
end
local held = redis.call('LLEN', KEYS[2])
return {now[1], held, held > 0 and now[2] or '0', now[3], redis.call('PTTL', KEYS[1]), now[4]}
