-- A user has no connection at a node any more.
--
-- KEYS: the user's hash. ARGV: the node's id, its former id ('' for none), when the last connection dropped ('' to
-- leave without a grace period), milliseconds after which the hash expires.
-- Returns 0: still online at another node; 1: offline by this step; 2: the grace period has begun; 3: Redis did not
-- have the user at this node or any other.

if redis.call('HDEL', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 3 * (1 - redis.call('EXISTS', KEYS[1]))
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[3] == '' then return 1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 2
