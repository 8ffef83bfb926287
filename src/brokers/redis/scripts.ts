import { script } from './script.js';

/*
 * The history of a channel is one hash. Of each publication that is kept it has a field, named by its offset, with the entry
 * (entry.ts); and `m`, eight words: epoch, offset of the newest publication, offset of the oldest that is kept, token of the newest,
 * token of the place before the oldest, the greatest version, a time before which the oldest is kept, and when the channel was last
 * put into the index. One field for them takes 400 octets less than eight. Times are Redis's own, in milliseconds.
 */

/** A time in microseconds as text, and in milliseconds as number. */
const TIME = `
local time = redis.call('TIME')
local at = time[1] .. string.format('%06d', tonumber(time[2]))
local now = math.floor(tonumber(at) / 1000)
`;

/** The eight words of `m`; nothing where there is no history, or what is there is none. */
const META = `
local function meta(text)
  if text then
    return string.match(text, '^(%w+) (%d+) (%d+) (%w+) (%w*) (%d+) (%d+) (%d+)$')
  end
end
`;

/** Hands a message to those who are subscribed to the channel, and in a Cluster to those who hear all channels of the partition. */
const SEND = `
local function send(verb, to, all, channel, message)
  redis.call(verb, to, message)
  if all ~= '' and redis.call('PUBSUB', 'SHARDNUMSUB', all)[2] > 0 then
    redis.call(verb, all, channel .. '\\n' .. message)
  end
end
`;

/** Entries that one publication makes room for at most: a smaller history than before is reached little by little. */
const MOST_DROPPED = 64;

/**
 * Publishes. Keys: history, retained, idempotency key, index of histories, index of what is retained.
 * Arguments: 1 verb, 2 channel of Redis, 3 that of the partition or nothing, 4 frame, 5 id, 6 size of the history or 0, 7 how long it
 * is kept or 0, 8 how long the key is, 9 to 11 epoch and token of a beginning, and token, 12 how long the idempotency key is
 * remembered or 0, 13 version or nothing, 14 `open` or `narrow` where it is to be retained, 15 channel, 16 and 17 channels in the
 * indexes at most.
 * Answers `published`, `published epoch offset`, `duplicate` and what was answered, or `superseded epoch offset token`.
 */
export const PUBLISH = script(`${TIME}${META}${SEND}
local frame, size, ttl = ARGV[4], tonumber(ARGV[6]), tonumber(ARGV[7])
if ARGV[12] ~= '0' then
  local said = redis.call('GET', KEYS[3])
  if said then return {'duplicate', said} end
end
local place = ''
local message = '- ' .. frame
if size > 0 then
  local e, s, l, t, ft, v, u, x = meta(redis.call('HGET', KEYS[1], 'm'))
  if not e then
    redis.call('DEL', KEYS[1])
    e, s, l, t, ft, v, u, x = ARGV[9], 0, 1, ARGV[10], ARGV[10], '0', 0, 0
  end
  s, l, u, x = tonumber(s), tonumber(l), tonumber(u), tonumber(x)
  if ARGV[13] ~= '' then
    if tonumber(v) >= tonumber(ARGV[13]) then return {'superseded', e .. ' ' .. s .. ' ' .. t} end
    v = ARGV[13]
  end
  s = s + 1
  local expires = ttl > 0 and now + ttl or 0
  local entry = ARGV[11] .. ' ' .. t .. ' ' .. at .. ' ' .. expires .. ' ' .. frame
  local dropped = {}
  while l <= s - size and #dropped < ${MOST_DROPPED} do
    dropped[#dropped + 1] = l
    l = l + 1
  end
  if #dropped > 0 then
    ft = string.match(redis.call('HGET', KEYS[1], l - 1) or '', '^%w+') or ''
    if u == 0 then u = 1 end
  end
  if l == s then u = expires end
  while u > 0 and u <= now and l < s and #dropped < ${MOST_DROPPED} do
    local token, over = string.match(redis.call('HGET', KEYS[1], l) or '', '^(%w+) %w+ %d+ (%d+)')
    over = tonumber(over or 1)
    if over > 0 and over <= now then
      dropped[#dropped + 1] = l
      l = l + 1
      ft = token or ''
      if l == s then u = expires end
    else
      u = over
    end
  end
  if now - x >= 1000 then
    x = now
    redis.call('ZADD', KEYS[4], at, ARGV[15])
    if redis.call('ZCARD', KEYS[4]) > tonumber(ARGV[16]) then redis.call('ZPOPMIN', KEYS[4], 2) end
  end
  local m = {e, s, l, ARGV[11], ft, v, u, x}
  redis.call('HSET', KEYS[1], s, entry, 'm', table.concat(m, ' '))
  if x == now then redis.call('PEXPIRE', KEYS[1], ARGV[8]) end
  if #dropped > 0 then redis.call('HDEL', KEYS[1], unpack(dropped)) end
  place = e .. ' ' .. s
  message = place .. ' ' .. entry
end
if ARGV[14] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[14], at .. ' ' .. frame)
  if ARGV[14] == 'open' then redis.call('HDEL', KEYS[2], 'narrow') end
  redis.call('ZADD', KEYS[5], at, ARGV[15])
  if redis.call('ZCARD', KEYS[5]) > tonumber(ARGV[17]) then
    local oldest = redis.call('ZPOPMIN', KEYS[5])[1]
    redis.call('DEL', string.sub(KEYS[2], 1, #KEYS[2] - #ARGV[15]) .. oldest)
  end
end
if ARGV[12] ~= '0' then
  local said = ARGV[5]
  if place ~= '' then said = said .. ' ' .. place .. ' ' .. ARGV[11] end
  redis.call('SET', KEYS[3], said, 'PX', ARGV[12])
end
send(ARGV[1], ARGV[2], ARGV[3], ARGV[15], message)
return {'published', place}
`);

/** Publishes in a Cluster what is not kept. Key: history. Arguments: 1 channel of Redis, 2 that of the partition, 3 message, 4 channel. */
export const PASS = script(`${SEND}
send('SPUBLISH', ARGV[1], ARGV[2], ARGV[4], ARGV[3])
return 1
`);

/**
 * Reads a history on from a place. Key: history. Arguments: 1 and 2 epoch and token of a beginning, where it is to begin if it is
 * not there, 3 how long a history without publications is kept, 4 one with some, 5 to 7 epoch, offset and token of the place or
 * nothing, 8 publications and 9 octets at most.
 * Answers `none`, `at epoch offset token` without a place, `after epoch offset token` and all entries that follow, or `unknown epoch
 * offset token` where the place is not known, or what follows is too much.
 */
export const READ = script(`${TIME}${META}
local e, s, l, t, ft = meta(redis.call('HGET', KEYS[1], 'm'))
if not e then
  if ARGV[1] == '' then return {'none'} end
  e, s, l, t, ft = ARGV[1], 0, 1, ARGV[2], ARGV[2]
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'm', table.concat({e, s, l, t, ft, 0, 0, 0}, ' '))
end
s, l = tonumber(s), tonumber(l)
local life = tonumber(s > 0 and ARGV[4] or ARGV[3])
local left = redis.call('PTTL', KEYS[1])
if left < life / 2 then redis.call('PEXPIRE', KEYS[1], life) end
local answer = {'at', e, s, t}
if ARGV[5] == '' then return answer end
answer[1] = 'unknown'
local offset = tonumber(ARGV[6])
if ARGV[5] ~= e or offset > s or s - offset > tonumber(ARGV[8]) then return answer end
local token = ft
if offset == s then
  token = t
elseif offset >= l then
  token = string.match(redis.call('HGET', KEYS[1], offset) or '', '^%w+')
elseif offset ~= l - 1 then
  return answer
end
if token ~= ARGV[7] then return answer end
local size = 0
for from = offset + 1, s, 100 do
  local fields = {}
  for i = from, math.min(s, from + 99) do fields[#fields + 1] = i end
  for i, entry in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
    if not entry then return {'unknown', e, s, t} end
    if from + i - 1 == offset + 1 then
      local over = tonumber(string.match(entry, '^%w+ %w+ %d+ (%d+)') or 1)
      if over > 0 and over <= now then return {'unknown', e, s, t} end
    end
    size = size + #entry
    if size > tonumber(ARGV[9]) then return {'unknown', e, s, t} end
    answer[#answer + 1] = entry
  end
end
answer[1] = 'after'
return answer
`);

/**
 * Reads the newest of a history that are still kept. Key: history. Arguments: 1 publications and 2 octets at most. Answers nothing, or
 * epoch, offset of the first, and the entries.
 */
export const HISTORY = script(`${TIME}${META}
local e, s, l = meta(redis.call('HGET', KEYS[1], 'm'))
if not e then return {} end
s, l = tonumber(s), tonumber(l)
local size = 0
local first = math.max(l, s - tonumber(ARGV[1]) + 1)
local found = {}
local from = s
while from >= first do
  local entry = redis.call('HGET', KEYS[1], from)
  if not entry then break end
  local over = tonumber(string.match(entry, '^%w+ %w+ %d+ (%d+)') or 1)
  size = size + #entry
  if size > tonumber(ARGV[2]) or (over > 0 and over <= now) then break end
  found[#found + 1] = entry
  from = from - 1
end
local answer = {e, from + 1}
for i = #found, 1, -1 do answer[#answer + 1] = found[i] end
return answer
`);
