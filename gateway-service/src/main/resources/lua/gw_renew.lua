-- Makes the leases of requests that are open live longer.
-- KEYS: leases of one scope
-- ARGV: now or '', milliseconds of a lease, 'XX' where one that is not there stays away, else '', the requests' ids
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local until_ = string.format('%.0f', now + tonumber(ARGV[2]) * 1000)
local pairs_ = {}
for at = 4, #ARGV do
  pairs_[#pairs_ + 1] = until_
  pairs_[#pairs_ + 1] = ARGV[at]
end
if ARGV[3] == 'XX' then
  redis.call('ZADD', KEYS[1], 'XX', unpack(pairs_))
else
  redis.call('ZADD', KEYS[1], unpack(pairs_))
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
