-- A node takes its lease or renews it.
--
-- KEYS: leases, when each node last renewed, dead nodes. ARGV: the node, milliseconds of the lease, '1' to create a
-- missing lease. Returns 0: no lease, and the node is unknown; 1: held; 2: no lease, and the node is listed as dead.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] == '0' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return redis.call('ZSCORE', KEYS[3], ARGV[1]) and 2 or 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], now)
return 1
