local time = redis.call('TIME')
local at = time[1] .. string.format('%06d', tonumber(time[2]))
local now = math.floor(tonumber(at) / 1000)

local function meta(text)
  if text then
    return string.match(text, '^(%w+) (%d+) (%d+) (%w+) (%w*) (%d+) (%d+) (%d+)$')
  end
end

local function send(verb, to, all, channel, message)
  redis.call(verb, to, message)
  if all ~= '' and redis.call('PUBSUB', 'SHARDNUMSUB', all)[2] > 0 then
    redis.call(verb, all, channel .. '\n' .. message)
  end
end

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
  while l <= s - size and #dropped < 64 do
    dropped[#dropped + 1] = l
    l = l + 1
  end
  if #dropped > 0 then
    ft = string.match(redis.call('HGET', KEYS[1], l - 1) or '', '^%w+') or ''
    if u == 0 then u = 1 end
  end
  if l == s then u = expires end
  while u > 0 and u <= now and l < s and #dropped < 64 do
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
