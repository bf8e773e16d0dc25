-- A person has no connection at a node any more.
--
-- KEYS: the person's hash. ARGV: the node, what it was called before ('' for nothing), the moment when the last
-- connection dropped ('' when they left for good), milliseconds after which the person is forgotten.
-- Answers 0: still online at another node; 1: gone by this; 2: the grace period has begun; 3: was not there, nor
-- anywhere else.

if redis.call('HDEL', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 3 * (1 - redis.call('EXISTS', KEYS[1]))
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[3] == '' then return 1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 2
