-- A page of the turns held, oldest first; a use of the conversation. Turns are numbered from 1 as they were appended,
-- so that a page stays the same page when the oldest turns are dropped.
-- KEYS: meta, turns, requests; ARGV: number of the turn before the page, turns in a page
-- Returns false where there is no conversation, else {version, number of the page's first turn, turn, turn, …}.
local now = redis.call('HMGET', KEYS[1], 'version', 'ttl')
if not now[1] then
  return false
end
redis.call('PEXPIRE', KEYS[1], now[2])
redis.call('PEXPIRE', KEYS[2], now[2])
redis.call('PEXPIRE', KEYS[3], now[2])

local dropped = tonumber(now[1]) - redis.call('LLEN', KEYS[2])
local index = math.max(0, tonumber(ARGV[1]) - dropped)
local page = redis.call('LRANGE', KEYS[2], index, index + tonumber(ARGV[2]) - 1)
table.insert(page, 1, now[1])
table.insert(page, 2, dropped + index + 1)
return page
