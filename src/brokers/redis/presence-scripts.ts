import { script } from './script.js';

/**
 * Members are texts of lease, session and what else is known as JSON, with spaces between; of a channel in a sorted set by when
 * they joined, and beside it the sessions of each user. What has changed is published as kind, whether all of a user, and the member.
 */
const MEMBERS = `
local function userOf(member)
  local user = cjson.decode(string.match(member, '^%S+ %S+ (.*)$')).u
  if user == cjson.null then return nil end
  return user
end
local function tell(kind, first, member)
  redis.call(ARGV[1], ARGV[2], kind .. (first and '1 ' or '0 ') .. member)
end
local function enter(member, since)
  if redis.call('ZADD', KEYS[1], 'NX', since, member) == 0 then return end
  local user = userOf(member)
  tell('+', not user or redis.call('HINCRBY', KEYS[2], user, 1) == 1, member)
end
local function leave(member)
  if redis.call('ZREM', KEYS[1], member) == 0 then return end
  local user = userOf(member)
  if not user then return tell('-', true, member) end
  local last = redis.call('HINCRBY', KEYS[2], user, -1) <= 0
  if last then redis.call('HDEL', KEYS[2], user) end
  tell('-', last, member)
end
`;

/** Somebody joins: members, users; verb of publishing, channel, member, when. */
export const JOIN = script(`${MEMBERS} enter(ARGV[3], ARGV[4])`);

/** Somebody leaves: members, users; verb of publishing, channel, member. */
export const LEAVE = script(`${MEMBERS} leave(ARGV[3])`);

/**
 * From now on those of some leases are these and no others: members, users; verb of publishing, channel, number of leases, leases,
 * and members and when they joined in turn. Who stays under another lease has neither left nor joined.
 */
export const SETTLE = script(`${MEMBERS}
local count = tonumber(ARGV[3])
local leases, before = {}, {}
for i = 4, 3 + count do leases[ARGV[i]] = true end
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local lease, session = string.match(member, '^(%S+) (%S+) ')
  if lease and leases[lease] then before[session] = member end
end
for i = 4 + count, #ARGV, 2 do
  local session, about = string.match(ARGV[i], '^%S+ (%S+) (.*)$')
  local known = before[session]
  if known and string.match(known, '^%S+ %S+ (.*)$') == about then
    before[session] = nil
    if known ~= ARGV[i] then
      redis.call('ZREM', KEYS[1], known)
      redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i])
    end
  else
    enter(ARGV[i], ARGV[i + 1])
  end
end
for _, member in pairs(before) do leave(member) end
`);

/** Who is there: members, users; how many at most. Returns sessions, users, and the oldest members. */
export const PRESENT = script(`
local most = tonumber(ARGV[1])
local members = most > 0 and redis.call('ZRANGE', KEYS[1], 0, most - 1) or {}
return { redis.call('ZCARD', KEYS[1]), redis.call('HLEN', KEYS[2]), members }
`);
