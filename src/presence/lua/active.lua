-- Of each key, how many of its devices are active after the time ARGV[1].
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = redis.call('ZCOUNT', key, ARGV[1], '+inf')
end
return found
