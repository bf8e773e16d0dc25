-- Nothing is left of a node.
--
-- KEYS: leases, sweeps under way, when nodes were last heard. ARGV: the node.

redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
