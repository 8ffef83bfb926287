import { script } from './script.js';

/** Milliseconds since 1970 by the one clock that all nodes share. */
const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** A sign of life: nodes, graves; lease, state, whether it is the first. False where the node has been buried. */
export const BEAT = script(`${CLOCK}
if ARGV[3] == '0' and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return false end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
return { string.format('%.0f', now), redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
`);

/** Whether the caller is the one who buries a node: nodes, graves; lease, lifetime, patience with who began to. */
export const CLAIM = script(`${CLOCK}
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry then
  if now - tonumber(string.match(entry, '^%d+') or 0) <= tonumber(ARGV[2]) then return 0 end
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  local since = redis.call('HGET', KEYS[2], ARGV[1])
  if not since or now - tonumber(since) <= tonumber(ARGV[3]) then return 0 end
end
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', now))
return 1
`);

/** Nothing of a node is left: nodes, graves; lease. */
export const BURIED = script(`return redis.call('HDEL', KEYS[2], ARGV[1])`);

/** A node goes, and may be buried at once: nodes, graves; lease. */
export const LEAVE = script(`
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('HSET', KEYS[2], ARGV[1], '0')
`);

/**
 * Keeps a command for all nodes, and calls them: stream, withdrawals, nodes; node, number, command, channel, verb of publishing,
 * lifetime, length of the stream, user and time of a withdrawal or two empty texts, most withdrawals. Each entry names the one
 * before it, so that who reads on sees a gap. Returns the leases of those that live.
 */
export const COMMAND = script(`${CLOCK}
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local previous = top[1] and top[1][1] or '0-0'
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[7], '*', 'p', previous, 'f', ARGV[1], 'n', ARGV[2], 'c', ARGV[3])
if ARGV[8] ~= '' then
  redis.call('ZADD', KEYS[2], 'GT', ARGV[9], ARGV[8])
  local over = redis.call('ZCARD', KEYS[2]) - ARGV[10]
  if over > 0 then
    local oldest = redis.call('ZPOPMIN', KEYS[2], over)
    redis.call('ZADD', KEYS[2], 'GT', oldest[#oldest], '*')
  end
end
redis.call(ARGV[5], ARGV[4], '')
local living = {}
local nodes = redis.call('HGETALL', KEYS[3])
for i = 1, #nodes, 2 do
  if now - tonumber(string.match(nodes[i + 1], '^%d+') or 0) <= tonumber(ARGV[6]) then living[#living + 1] = nodes[i] end
end
return living
`);

/** Where a node begins to read: the newest entry of the stream, and all withdrawals. */
export const BEGIN = script(`
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return { top[1] and top[1][1] or '0-0', redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES') }
`);
