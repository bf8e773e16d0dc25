-- A node takes its lease or renews it.
--
-- KEYS: leases, when nodes were last heard, dead nodes. ARGV: the node, milliseconds of the lease, '1' to make a lease
-- where there is none. Answers 0: there is none, and no such node is known; 1: held; 2: the node was given up for dead.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] == '0' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return redis.call('ZSCORE', KEYS[3], ARGV[1]) and 2 or 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], now)
return 1
