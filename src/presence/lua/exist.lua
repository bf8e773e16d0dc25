-- KEYS: people's hashes. Answers 1 for each that is there, else 0, in their order.

local found = {}
for i = 1, #KEYS do found[i] = redis.call('EXISTS', KEYS[i]) end
return found
