-- KEYS: a record
-- gives: its JSON, its version, when it was last used; each false where there is none
return redis.call('HMGET', KEYS[1], 'json', 'version', 'used')
