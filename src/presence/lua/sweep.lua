-- A person is at a dead node no more.
--
-- KEYS: the person's hash. ARGV: the node. When they have gone offline by this: '0', or the moment when their last
-- connection dropped; else nil.

local at = redis.call('HGET', KEYS[1], ARGV[1])
if not at then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
return at
