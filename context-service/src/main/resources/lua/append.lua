-- Appends one turn, and begins the conversation where there is none.
-- KEYS: meta, turns, requests
-- ARGV: request id, expected version or '', now (ms), default time to live (ms), tokens of the turn, the turn,
--       pinned messages or '', most turns, most bytes, most request ids
-- Returns {verdict, version} with the verdict 'moved', or {verdict, version, turns, tokens, created, ttl, metadata}
-- with 'appended' or 'repeated'. A turn is stored as '<tokens>:<kind><messages>'.
-- Any of the keys may have been deleted by somebody else: without meta there is no conversation and what is left of
-- one goes; without turns it goes on with none, and what meta counts is counted again.
local meta, turns, requests = KEYS[1], KEYS[2], KEYS[3]

local function standing(verdict)
  local now = redis.call('HMGET', meta, 'version', 'tokens', 'created', 'ttl', 'metadata')
  redis.call('PEXPIRE', meta, now[4])
  redis.call('PEXPIRE', turns, now[4])
  redis.call('PEXPIRE', requests, now[4])
  return {verdict, now[1], redis.call('LLEN', turns), now[2], now[3], now[4], now[5]}
end

local function counted()
  local tokens, bytes = 0, 0
  for _, turn in ipairs(redis.call('LRANGE', turns, 0, -1)) do
    tokens = tokens + tonumber(string.match(turn, '^%d+'))
    bytes = bytes + #turn
  end
  return tokens, bytes
end

local version = redis.call('HGET', meta, 'version')
if version and redis.call('ZSCORE', requests, ARGV[1]) then
  return standing('repeated')
end
if ARGV[2] ~= '' and ARGV[2] ~= (version or '0') then
  return {'moved', version or '0'}
end
if not version then
  redis.call('UNLINK', turns, requests)
  redis.call('HSET', meta, 'turns', 0, 'tokens', 0, 'bytes', 0, 'created', ARGV[3], 'ttl', ARGV[4], 'metadata', '{}')
end
if ARGV[7] ~= '' then
  redis.call('HSET', meta, 'pinned', ARGV[7])
end

redis.call('RPUSH', turns, ARGV[6])
version = redis.call('HINCRBY', meta, 'version', 1)
local held = redis.call('LLEN', turns)
local before = redis.call('HMGET', meta, 'turns', 'tokens', 'bytes')
local tokens, bytes
if held == tonumber(before[1]) + 1 then
  tokens, bytes = tonumber(before[2]) + tonumber(ARGV[5]), tonumber(before[3]) + #ARGV[6]
else
  tokens, bytes = counted()
end
while held > 1 and (held > tonumber(ARGV[8]) or bytes > tonumber(ARGV[9])) do
  local oldest = redis.call('LPOP', turns)
  held = held - 1
  tokens = tokens - tonumber(string.match(oldest, '^%d+'))
  bytes = bytes - #oldest
end
redis.call('HSET', meta, 'turns', held, 'tokens', tokens, 'bytes', bytes)

redis.call('ZADD', requests, version, ARGV[1])
redis.call('ZREMRANGEBYRANK', requests, 0, -1 - tonumber(ARGV[10]))
return standing('appended')
