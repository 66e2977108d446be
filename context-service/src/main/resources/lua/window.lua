-- The newest turns that together are within a budget; a use of the conversation.
-- KEYS: meta, turns, requests; ARGV: budget (tokens)
-- Returns false where there is no conversation, else {version, turns held, pinned or '', turn, turn, …}, newest first.
local STRIDE = 16
local now = redis.call('HMGET', KEYS[1], 'version', 'pinned', 'ttl')
if not now[1] then
  return false
end
redis.call('PEXPIRE', KEYS[1], now[3])
redis.call('PEXPIRE', KEYS[2], now[3])
redis.call('PEXPIRE', KEYS[3], now[3])

local held = redis.call('LLEN', KEYS[2])
local found = {now[1], held, now[2] or ''}
local left = tonumber(ARGV[1])
local last = held - 1
while last >= 0 do
  local first = math.max(0, last - STRIDE + 1)
  local part = redis.call('LRANGE', KEYS[2], first, last)
  for i = #part, 1, -1 do
    left = left - tonumber(string.match(part[i], '^%d+'))
    if left < 0 then
      return found
    end
    found[#found + 1] = part[i]
  end
  last = first - 1
end
return found
