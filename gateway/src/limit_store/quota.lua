-- Leases of one quota's window. The arithmetic is that of gatehouse_snapshot::sharing, which a test holds it to.
-- Fields: "used", the ledger's total as far as any gateway knows; and for each gateway "ceiling settled own seen".
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, node = KEYS[1], ARGV[1]
local own, ceiling, demand = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local settled, used = tonumber(ARGV[5]), tonumber(ARGV[6])
local amount, nodes = tonumber(ARGV[7]), tonumber(ARGV[8])
local live_ms, keep_ms = tonumber(ARGV[9]), tonumber(ARGV[10])
used = math.max(used, tonumber(redis.call('HGET', key, 'used') or '0'))
local others = 0
local all = redis.call('HGETALL', key)
for at = 1, #all, 2 do
    if all[at] ~= 'used' and all[at] ~= node then
        local c, s, o, seen = string.match(all[at + 1], '^(%d+) (%d+) (%d+) (%d+)$')
        -- Of a silent gateway the calls it is known to have made count, not what it might have made.
        local reached = now - seen <= live_ms and tonumber(c) or tonumber(o)
        others = others + math.max(reached - s, 0)
    end
end
local reached = math.max(own, settled)
local held = math.max(math.min(ceiling, amount), reached)
local told = -1
if nodes > 1 then
    local free = math.max(amount - used - (held - settled) - others, 0)
    local want = math.max(10 * math.max(demand, 1) - (held - reached), 0)
    local most = math.max(math.floor(free / (2 * nodes)), 1)
    held = held + math.min(want, most, free)
    told = held
else
    held = reached
end
redis.call('HSET', key, 'used', string.format('%.0f', used),
    node, string.format('%.0f %.0f %.0f %.0f', held, settled, own, now))
redis.call('PEXPIRE', key, keep_ms)
return {told, math.max(used - settled, 0) + others}
