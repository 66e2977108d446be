-- What gw_admit and gw_settle share, and io.autoglm.gateway.counting does alike. Times are microseconds of Redis' own
-- clock, so that the gateways' clocks do not matter; ARGV[1] is another time where a test brings its own, else ''.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local SECOND, MINUTE, DAY = 1000000, 60000000, 86400000000

local function whole(number)
  return string.format('%.0f', number)
end

-- A number that is read back as the very same one.
local function exact(number)
  return string.format('%.17g', number)
end

-- Tokens taken of a minute's, of which a minute's worth is paid back in a minute. After a clock that stepped back more
-- than a minute, time begins anew.
local function debt(key, field, perMinute)
  local kept = redis.call('HMGET', key, field, field .. 'At')
  local used, at = tonumber(kept[1]) or 0, tonumber(kept[2]) or now
  if at > now then
    at = at - now > MINUTE and now or at
  end
  local elapsed = math.max(0, now - at)
  return math.max(0, used - elapsed * perMinute / MINUTE)
end

local function owe(key, field, perMinute, used)
  redis.call('HSET', key, field, exact(used), field .. 'At', whole(now))
  local millis = math.ceil(used / perMinute * 60000) + 60000
  if redis.call('PTTL', key) < millis then
    redis.call('PEXPIRE', key, whole(millis))
  end
end

-- Howard Hinnant's civil_from_days and days_from_civil ("chrono-compatible low-level date algorithms"), for months
-- counted from year 0: January of year y is 12 * y.
local function monthOf(day)
  local z = day + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  return (yoe + era * 400) * 12 + mp + 2
end

local function firstDayOf(month)
  local y = math.floor((month - 2) / 12)
  local mp = month - 2 - y * 12
  local era = math.floor(y / 400)
  local yoe = y - era * 400
  local doy = math.floor((153 * mp + 2) / 5)
  return era * 146097 + yoe * 365 + math.floor(yoe / 4) - math.floor(yoe / 100) + doy - 719468
end

-- What the tenant has spent in this day and month of UTC: tokens and millionths of the currency.
local function spending(key)
  local day = math.floor(now / DAY)
  local month = monthOf(day)
  local kept = redis.call('HMGET', key, 'day', 'dayTokens', 'dayMoney', 'month', 'monthTokens', 'monthMoney')
  local spent = {day = day, month = month, dayTokens = 0, dayMoney = 0, monthTokens = 0, monthMoney = 0}
  if tonumber(kept[1]) == day then
    spent.dayTokens, spent.dayMoney = tonumber(kept[2]), tonumber(kept[3])
  end
  if tonumber(kept[4]) == month then
    spent.monthTokens, spent.monthMoney = tonumber(kept[5]), tonumber(kept[6])
  end
  return spent
end
