-- Takes points of a bucket that all nodes share, whether they are free or not.
-- KEYS[1]: the bucket: when all its points are free again, in milliseconds of Redis' clock.
-- ARGV[1]: milliseconds in which what is taken is refilled.
-- Returns the milliseconds until all points are free again.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free = tonumber(redis.call('GET', KEYS[1]) or 0)
if free < now then free = now end
free = free + math.ceil(tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', string.format('%.0f', free - now + 1))
return free - now
