-- Ends a request: its leases go, its tokens are corrected from what was thought to what was, and all is added to what the
-- tenant has spent. A second time changes nothing.
-- KEYS: as gw_admit's
-- ARGV: now or '', the request's id, milliseconds to know that it was settled, prompt tokens, answer tokens, millionths
--       of the currency; of each scope its limits, as gw_admit's
-- Returns what is spent: {day, dayTokens, dayMoney, month, monthTokens, monthMoney}
local FIRST_SCOPE, LIMITS = 6, 5
local SETTLED = 'settled'
local KEPT_MILLIS = 63 * 24 * 3600 * 1000

local function correct(key, field, perMinute, was, is)
  local used = debt(key, field, perMinute)
  owe(key, field, perMinute, math.max(0, used + is - was))
end

local spent = spending(KEYS[1])
local was = redis.call('GET', KEYS[2])
if was ~= SETTLED then
  redis.call('SET', KEYS[2], SETTLED, 'PX', ARGV[3])
  local input, output = string.match(was or '0 0', '^(%d+) (%d+)$')
  for scope = 0, (#ARGV - FIRST_SCOPE) / LIMITS - 1 do
    local key, at = 2 + scope * 4, FIRST_SCOPE + scope * LIMITS
    local perInput, perOutput = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
    if perInput then correct(KEYS[key + 3], 'input', perInput, tonumber(input), tonumber(ARGV[4])) end
    if perOutput then correct(KEYS[key + 3], 'output', perOutput, tonumber(output), tonumber(ARGV[5])) end
    if ARGV[at + 5] ~= '' then redis.call('ZREM', KEYS[key + 4], ARGV[2]) end
  end
  local tokens, money = tonumber(ARGV[4]) + tonumber(ARGV[5]), tonumber(ARGV[6])
  if tokens > 0 or money > 0 then
    spent.dayTokens, spent.dayMoney = spent.dayTokens + tokens, spent.dayMoney + money
    spent.monthTokens, spent.monthMoney = spent.monthTokens + tokens, spent.monthMoney + money
    redis.call('HSET', KEYS[1],
      'day', whole(spent.day), 'dayTokens', whole(spent.dayTokens), 'dayMoney', whole(spent.dayMoney),
      'month', whole(spent.month), 'monthTokens', whole(spent.monthTokens), 'monthMoney', whole(spent.monthMoney))
    redis.call('PEXPIRE', KEYS[1], KEPT_MILLIS)
  end
end
return {
  spent.day, spent.dayTokens, spent.dayMoney, spent.month, spent.monthTokens, spent.monthMoney
}
