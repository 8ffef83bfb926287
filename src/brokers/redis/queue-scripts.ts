import { script } from './script.js';

/**
 * All queues are on one server, since what they hold together is bounded. Keys: totals `m`, `o`, `h` (messages, octets, given out),
 * `gm`, `go` (those of peers' own queues) and `n` (the last number); channels that hold messages, with their policies; when messages
 * expire. The first arguments: 1 what keys and channels of queues begin with, 2 verb of publishing.
 *
 * Of a channel: `r` the numbers that wait, `f` frames, `a` attempts and end, `h` the lease that holds a message. Of a lease: `l`.
 */
const QUEUES = `
local base, verb = ARGV[1], ARGV[2]
local function totals()
  local all = redis.call('HMGET', KEYS[1], 'm', 'h')
  return { redis.call('HLEN', KEYS[2]), tonumber(all[1] or 0), tonumber(all[2] or 0) }
end
local function isOfPeers(channel)
  local policy = redis.call('HGET', KEYS[2], channel)
  return policy and string.find(policy, '"ofPeers":true', 1, true)
end
local function count(channel, messages, octets)
  redis.call('HINCRBY', KEYS[1], 'm', messages)
  redis.call('HINCRBY', KEYS[1], 'o', octets)
  if isOfPeers(channel) then
    redis.call('HINCRBY', KEYS[1], 'gm', messages)
    redis.call('HINCRBY', KEYS[1], 'go', octets)
  end
end
local function await(channel, number, ending)
  local waiting = base .. 'r:' .. channel
  if redis.call('EXISTS', waiting) == 0 then redis.call(verb, base .. 'c:' .. channel, '') end
  redis.call('ZADD', waiting, number, number)
  if ending ~= '' then redis.call('ZADD', KEYS[3], ending, number .. ' ' .. channel) end
end
local function aboutOf(channel, number)
  local about = redis.call('HGET', base .. 'a:' .. channel, number) or '0 '
  return string.match(about, '^(%d+) (%d*)$')
end
local function let(channel, number, lease)
  redis.call('HDEL', base .. 'h:' .. channel, number)
  redis.call('SREM', base .. 'l:' .. lease, number .. ' ' .. channel)
  redis.call('HINCRBY', KEYS[1], 'h', -1)
end
local function hold(channel, number, lease)
  redis.call('ZREM', KEYS[3], number .. ' ' .. channel)
  redis.call('HSET', base .. 'h:' .. channel, number, lease)
  redis.call('SADD', base .. 'l:' .. lease, number .. ' ' .. channel)
  redis.call('HINCRBY', KEYS[1], 'h', 1)
end
local function forget(channel, number)
  local frames = base .. 'f:' .. channel
  count(channel, -1, -redis.call('HSTRLEN', frames, number))
  redis.call('HDEL', frames, number)
  redis.call('HDEL', base .. 'a:' .. channel, number)
  if redis.call('EXISTS', frames) == 0 then redis.call('HDEL', KEYS[2], channel) end
end
local function giveBack(channel, number, lease, attempts)
  local known, ending = aboutOf(channel, number)
  redis.call('HSET', base .. 'a:' .. channel, number, (attempts or known) .. ' ' .. ending)
  let(channel, number, lease)
  await(channel, number, ending)
end
`;

/**
 * Holds a message: 3 channel, 4 frame, 5 policy, 6 when it expires or nothing, 7 messages of the channel, 8 and 9 messages and octets
 * of all, 10 and 11 those of peers' own or nothing. Answers what there is no room in, or the totals.
 */
export const ENQUEUE = script(`${QUEUES}
local channel, frame = ARGV[3], ARGV[4]
local frames = base .. 'f:' .. channel
local octets = string.len(frame)
local function isOver(name, most) return tonumber(redis.call('HGET', KEYS[1], name) or 0) >= tonumber(most) end
local function isFull(name, most) return tonumber(redis.call('HGET', KEYS[1], name) or 0) + octets > tonumber(most) end
if redis.call('HLEN', frames) >= tonumber(ARGV[7]) then return 'queue' end
if isOver('m', ARGV[8]) then return 'messages' end
if isFull('o', ARGV[9]) then return 'octets' end
if ARGV[10] ~= '' and isOver('gm', ARGV[10]) then return 'peers' end
if ARGV[11] ~= '' and isFull('go', ARGV[11]) then return 'peers' end
local number = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HSET', KEYS[2], channel, ARGV[5])
redis.call('HSET', frames, number, frame)
redis.call('HSET', base .. 'a:' .. channel, number, '0 ' .. ARGV[6])
count(channel, 1, octets)
await(channel, number, ARGV[6])
return totals()
`);

/** Takes the oldest that wait: 3 channel, 4 lease, 5 how many. Answers totals, and number, attempts before and frame of each. */
export const TAKE = script(`${QUEUES}
local channel, lease = ARGV[3], ARGV[4]
local taken = {}
local popped = redis.call('ZPOPMIN', base .. 'r:' .. channel, ARGV[5])
for i = 1, #popped, 2 do
  local number = popped[i]
  local frame = redis.call('HGET', base .. 'f:' .. channel, number)
  if frame then
    local attempts, ending = aboutOf(channel, number)
    redis.call('HSET', base .. 'a:' .. channel, number, (attempts + 1) .. ' ' .. ending)
    hold(channel, number, lease)
    taken[#taken + 1] = number
    taken[#taken + 1] = attempts
    taken[#taken + 1] = frame
  end
end
return { totals(), taken }
`);

/** A message is consumed, or where dead letters go: 3 channel, 4 lease, 5 number. Nothing where the lease does not hold it. */
export const DONE = script(`${QUEUES}
if redis.call('HGET', base .. 'h:' .. ARGV[3], ARGV[5]) == ARGV[4] then
  let(ARGV[3], ARGV[5], ARGV[4])
  forget(ARGV[3], ARGV[5])
end
return totals()
`);

/** A message waits again: 3 channel, 4 lease, 5 number, 6 times that it has been given out, or nothing where this time it has not
 * been. Likewise. */
export const GIVE_BACK = script(`${QUEUES}
if redis.call('HGET', base .. 'h:' .. ARGV[3], ARGV[5]) == ARGV[4] then
  local attempts = ARGV[6]
  if attempts == '' then attempts = math.max(0, aboutOf(ARGV[3], ARGV[5]) - 1) end
  giveBack(ARGV[3], ARGV[5], ARGV[4], attempts)
end
return totals()
`);

/** Takes what has expired: 3 lease, 4 the time, 5 how many. Answers totals, and number, attempts, channel, frame and policy of each. */
export const EXPIRE = script(`${QUEUES}
local taken = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[4], 'LIMIT', 0, ARGV[5])) do
  local number, channel = string.match(member, '^(%d+) (.*)$')
  redis.call('ZREM', KEYS[3], member)
  if redis.call('ZREM', base .. 'r:' .. channel, number) == 1 then
    local attempts = aboutOf(channel, number)
    local frame = redis.call('HGET', base .. 'f:' .. channel, number) or ''
    local policy = redis.call('HGET', KEYS[2], channel) or ''
    hold(channel, number, ARGV[3])
    for _, value in ipairs({ number, attempts, channel, frame, policy }) do taken[#taken + 1] = value end
  end
end
return { totals(), taken }
`);

/** Numbers and channels of what a lease holds: 3 lease. */
export const HELD = script(`${QUEUES} return redis.call('SMEMBERS', base .. 'l:' .. ARGV[3])`);

/** What a lease holds waits again: 3 lease, 4 how many. Answers how many there were. */
export const BURY = script(`${QUEUES}
local held = redis.call('SRANDMEMBER', base .. 'l:' .. ARGV[3], ARGV[4])
for _, member in ipairs(held) do
  local number, channel = string.match(member, '^(%d+) (.*)$')
  giveBack(channel, number, ARGV[3])
end
return #held
`);

/** Forgets a channel with all that it holds: 3 channel. */
export const DELETE = script(`${QUEUES}
local channel = ARGV[3]
local held = redis.call('HGETALL', base .. 'h:' .. channel)
for i = 1, #held, 2 do let(channel, held[i], held[i + 1]) end
for _, number in ipairs(redis.call('HKEYS', base .. 'f:' .. channel)) do
  redis.call('ZREM', KEYS[3], number .. ' ' .. channel)
  forget(channel, number)
end
redis.call('DEL', base .. 'r:' .. channel, base .. 'h:' .. channel, base .. 'a:' .. channel)
return totals()
`);

/** Some of the channels that hold messages, which takes no longer where there are many: channel, messages and those given out of each. */
export const LIST = script(`${QUEUES}
local found = {}
local known = redis.call('HSCAN', KEYS[2], 0, 'COUNT', 500)[2]
for i = 1, #known, 2 do
  local channel = known[i]
  found[#found + 1] = channel
  found[#found + 1] = redis.call('HLEN', base .. 'f:' .. channel)
  found[#found + 1] = redis.call('HLEN', base .. 'h:' .. channel)
end
return found
`);
