-- A user has a connection at a node.
--
-- KEYS: the user's hash. ARGV: the node's id, its former id ('' for none), milliseconds after which the hash expires.
-- Returns 1 when this step brought the user online, else 0.

local came = 1 - redis.call('EXISTS', KEYS[1])
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if fields[i + 1] ~= '0' then redis.call('HDEL', KEYS[1], fields[i]) end
end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], '0')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return came
