-- KEYS: users' hashes. Returns 1 for each that exists, else 0, in the same order.

local found = {}
for i = 1, #KEYS do found[i] = redis.call('EXISTS', KEYS[i]) end
return found
