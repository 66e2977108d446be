-- Lets a request in by all of its limits at once, or counts nothing.
-- KEYS: the tenant's spending, the request; of each scope: requests of the second, of the minute, tokens, leases
-- ARGV: now or '', the request's id, milliseconds of a lease, milliseconds to know the request, prompt tokens, answer
--       tokens; budgets of dayTokens, dayMoney, monthTokens, monthMoney; of each scope its limits: a second's requests,
--       a minute's, a minute's prompt tokens, a minute's answer tokens, requests at once. '' is no limit.
-- Returns {limit, scope, milliseconds until it may be let in, …}: limit 0 where it is let in, else the number of the
-- limit that holds for longest; then for each limit of requests and tokens, in the order of the arguments, what is left
-- and the milliseconds until all is.
local BUCKETS = 100
local FIRST_SCOPE, LIMITS = 10, 5

local reply = {0, 0, 0}
local writes = {}

local function refuse(limit, scope, micros)
  local millis = math.max(1, math.ceil(micros / 1000))
  if reply[1] == 0 or millis > reply[3] then
    reply[1], reply[2], reply[3] = limit, scope, millis
  end
end

local function tell(left, millis)
  reply[#reply + 1] = math.max(0, math.floor(left))
  reply[#reply + 1] = math.max(0, math.ceil(millis))
end

-- A sliding window of BUCKETS slices and the one that is being filled: see counting/SlidingWindow for its bound.
local function requests(key, window, most, limit, scope)
  local width = window / BUCKETS
  local current = math.floor(now / width)
  local kept = redis.call('HMGET', key, 'count', 'first', 'last')
  local count, first, last = tonumber(kept[1]) or 0, tonumber(kept[2]) or current, tonumber(kept[3]) or current
  if last < current - BUCKETS or last > current + BUCKETS then
    redis.call('DEL', key)
    count, first, last = 0, current, current
  end
  current = math.max(current, last)
  local oldest = current - BUCKETS
  if first < oldest then
    local names = {}
    for slice = first, oldest - 1 do
      names[#names + 1] = whole(slice)
    end
    for _, requests in ipairs(redis.call('HMGET', key, unpack(names))) do
      count = count - (tonumber(requests) or 0)
    end
    redis.call('HDEL', key, unpack(names))
    first = oldest
    redis.call('HSET', key, 'count', whole(count), 'first', whole(first))
  end
  if count >= most then
    local names = {}
    for slice = first, last do
      names[#names + 1] = whole(slice)
    end
    local left = count
    for at, requests in ipairs(redis.call('HMGET', key, unpack(names))) do
      left = left - (tonumber(requests) or 0)
      if left < most then
        refuse(limit, scope, (first + at + BUCKETS) * width - now)
        break
      end
    end
  end
  writes[#writes + 1] = function()
    redis.call('HINCRBY', key, whole(current), 1)
    redis.call('HSET', key, 'count', whole(count + 1), 'first', whole(first), 'last', whole(current))
    redis.call('PEXPIRE', key, whole(2 * window / 1000))
  end
  return function(taken)
    local newest = taken > 0 and current or last
    local all = count + taken == 0 and 0 or (newest + BUCKETS + 1) * width - now
    tell(most - count - taken, all / 1000)
  end
end

-- More than a whole minute's is let in when nothing is owed, and is owed then.
local function tokens(key, field, perMinute, cost, limit, scope)
  local used = debt(key, field, perMinute)
  local over = used + math.min(cost, perMinute) - perMinute
  if over > 0.000001 then
    refuse(limit, scope, over * MINUTE / perMinute)
  end
  writes[#writes + 1] = function()
    owe(key, field, perMinute, used + cost)
  end
  return function(taken)
    local owed = used + cost * taken
    tell(perMinute - owed, owed * 60000 / perMinute)
  end
end

-- A lease for each request, so that one whose gateway died ends by itself.
local function leases(key, most, scope)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(now))
  if redis.call('ZCARD', key) >= most then
    refuse(5, scope, SECOND)
  end
  writes[#writes + 1] = function()
    redis.call('ZADD', key, whole(now + tonumber(ARGV[3]) * 1000), ARGV[2])
    redis.call('PEXPIRE', key, ARGV[3])
  end
end

local function budgets()
  if ARGV[7] .. ARGV[8] .. ARGV[9] .. ARGV[10] == '' then
    return
  end
  local spent = spending(KEYS[1])
  local tomorrow = (spent.day + 1) * DAY - now
  local nextMonth = firstDayOf(spent.month + 1) * DAY - now
  for at, of in ipairs({
    {spent.dayTokens, tomorrow}, {spent.dayMoney, tomorrow}, {spent.monthTokens, nextMonth}, {spent.monthMoney, nextMonth}
  }) do
    local most = tonumber(ARGV[6 + at])
    if most and of[1] >= most then
      refuse(5 + at, 0, of[2])
    end
  end
end

budgets()
local tellers = {}
for scope = 0, (#ARGV - FIRST_SCOPE) / LIMITS - 1 do
  local key, at = 2 + scope * 4, FIRST_SCOPE + scope * LIMITS
  local limit = {}
  for i = 1, LIMITS do
    limit[i] = tonumber(ARGV[at + i])
  end
  if limit[1] then tellers[#tellers + 1] = requests(KEYS[key + 1], SECOND, limit[1], 1, scope) end
  if limit[2] then tellers[#tellers + 1] = requests(KEYS[key + 2], MINUTE, limit[2], 2, scope) end
  if limit[3] then tellers[#tellers + 1] = tokens(KEYS[key + 3], 'input', limit[3], tonumber(ARGV[5]), 3, scope) end
  if limit[4] then tellers[#tellers + 1] = tokens(KEYS[key + 3], 'output', limit[4], tonumber(ARGV[6]), 4, scope) end
  if limit[5] then leases(KEYS[key + 4], limit[5], scope) end
end

local taken = reply[1] == 0 and 1 or 0
if taken == 1 then
  for _, write in ipairs(writes) do
    write()
  end
  redis.call('SET', KEYS[2], ARGV[5] .. ' ' .. ARGV[6], 'PX', ARGV[4])
end
for _, teller in ipairs(tellers) do
  teller(taken)
end
return reply
