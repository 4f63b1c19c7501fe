-- Shares of one rate. The arithmetic is that of gatehouse_snapshot::sharing, which a test holds it to.
-- A field for each gateway: "demand held seen".
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, node = KEYS[1], ARGV[1]
local demand, held, nodes = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local fresh_ms, live_ms, whole = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local equal = math.floor(whole / nodes)
if held == 0 then held = equal end
local asked, others, known = demand, 0, 0
local all = redis.call('HGETALL', key)
for at = 1, #all, 2 do
    if all[at] ~= node then
        local d, h, seen = string.match(all[at + 1], '^(%d+) (%d+) (%d+)$')
        local age = now - seen
        if age <= live_ms then
            known, others = known + 1, others + h
            if age <= fresh_ms then asked = asked + d end
        end
    end
end
-- Who never spoke of it holds an equal share.
others = others + math.max(nodes - 1 - known, 0) * equal
local floor = math.floor(equal / 10)
local target = equal
if asked > 0 then
    target = floor + math.floor(math.max(whole - floor * nodes, 0) * demand / asked)
end
local told = math.max(math.min(target, math.max(whole - others, 0)), 1)
redis.call('HSET', key, node, string.format('%.0f %.0f %.0f', demand, math.max(told, held), now))
redis.call('PEXPIRE', key, 60000)
return told
