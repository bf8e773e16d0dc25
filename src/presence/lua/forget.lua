-- Removes what is stored about a node.
--
-- KEYS: leases, sweeps under way, when each node last renewed. ARGV: the node.

redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
