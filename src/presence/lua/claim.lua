-- Finds a node whose lease has expired, for the caller alone to sweep.
--
-- KEYS: leases, sweeps under way, when each node last renewed, dead nodes. ARGV: the caller's node, milliseconds for
-- which no other node may sweep it, milliseconds for which it stays listed as dead. Returns the node and when it last
-- renewed, or nil.

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function due(key)
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 2)) do
    if node ~= ARGV[1] then return node end
  end
end
local dead = due(KEYS[1])
if dead then redis.call('ZREM', KEYS[1], dead) else dead = due(KEYS[2]) end
if not dead then return false end
redis.call('ZADD', KEYS[2], now + ARGV[2], dead)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - ARGV[3])
redis.call('ZADD', KEYS[4], now, dead)
return {dead, redis.call('HGET', KEYS[3], dead) or tostring(now)}
