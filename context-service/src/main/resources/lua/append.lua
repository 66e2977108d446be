-- Appends one turn, and begins the conversation where there is none.
-- KEYS: meta, turns, requests
-- ARGV: request id, expected version or '', now (ms), default time to live (ms), tokens of the turn, the turn,
--       pinned messages or '', most turns, most bytes, most request ids
-- Returns {verdict, version} with the verdict 'moved', or {verdict, version, turns, tokens, created, ttl, metadata}
-- with 'appended' or 'repeated'. A turn is stored as '<tokens>:<kind><messages>'.
local meta, turns, requests = KEYS[1], KEYS[2], KEYS[3]

local function standing(verdict)
  local now = redis.call('HMGET', meta, 'version', 'turns', 'tokens', 'created', 'ttl', 'metadata')
  redis.call('PEXPIRE', meta, now[5])
  redis.call('PEXPIRE', turns, now[5])
  redis.call('PEXPIRE', requests, now[5])
  return {verdict, now[1], now[2], now[3], now[4], now[5], now[6]}
end

if redis.call('ZSCORE', requests, ARGV[1]) then
  return standing('repeated')
end
local version = redis.call('HGET', meta, 'version')
if ARGV[2] ~= '' and ARGV[2] ~= (version or '0') then
  return {'moved', version or '0'}
end
if not version then
  redis.call('HSET', meta, 'created', ARGV[3], 'ttl', ARGV[4], 'metadata', '{}')
end
if ARGV[7] ~= '' then
  redis.call('HSET', meta, 'pinned', ARGV[7])
end

redis.call('RPUSH', turns, ARGV[6])
version = redis.call('HINCRBY', meta, 'version', 1)
local held = redis.call('HINCRBY', meta, 'turns', 1)
local tokens = redis.call('HINCRBY', meta, 'tokens', ARGV[5])
local bytes = redis.call('HINCRBY', meta, 'bytes', #ARGV[6])
while held > tonumber(ARGV[8]) or (bytes > tonumber(ARGV[9]) and held > 1) do
  local oldest = redis.call('LPOP', turns)
  held = held - 1
  tokens = tokens - tonumber(string.match(oldest, '^%d+'))
  bytes = bytes - #oldest
  redis.call('HSET', meta, 'turns', held, 'tokens', tokens, 'bytes', bytes)
end

redis.call('ZADD', requests, version, ARGV[1])
redis.call('ZREMRANGEBYRANK', requests, 0, -1 - tonumber(ARGV[10]))
return standing('appended')
