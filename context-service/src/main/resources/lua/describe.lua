-- A conversation without its turns; reading it so is no use of it.
-- KEYS: meta
-- Returns false where there is none, else {version, turns, tokens, created, remaining time to live (ms), metadata}.
local now = redis.call('HMGET', KEYS[1], 'version', 'turns', 'tokens', 'created', 'metadata')
if not now[1] then
  return false
end
return {now[1], now[2], now[3], now[4], redis.call('PTTL', KEYS[1]), now[5]}
