-- Removes a dead node from a user's hash.
--
-- KEYS: the user's hash. ARGV: the node. If this step took the user offline, returns '0', or the time when their last
-- connection dropped; else nil.

local at = redis.call('HGET', KEYS[1], ARGV[1])
if not at then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
return at
