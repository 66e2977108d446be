-- A page of a tenant's list, newest first.
-- KEYS: index; ARGV: time and id of the entry before the page, both '' for the first page; entries in a page
-- Returns {id, time, id, time, …}. Where the entry before the page has moved or gone, the page begins behind its time.
local start = 0
if ARGV[2] ~= '' then
  local score = redis.call('ZSCORE', KEYS[1], ARGV[2])
  if score and tonumber(score) == tonumber(ARGV[1]) then
    start = redis.call('ZREVRANK', KEYS[1], ARGV[2]) + 1
  else
    start = redis.call('ZCOUNT', KEYS[1], ARGV[1], '+inf')
  end
end
return redis.call('ZREVRANGE', KEYS[1], start, start + tonumber(ARGV[3]) - 1, 'WITHSCORES')
