import GatewayCore

/// The scripts that count in Redis. Each is one step there: nothing comes between its reading and its writing.
///
/// A counter has two keys. The first holds its state as a MessagePack list: when it was last touched (of a calendar or fixed window: when the
/// current one began), what is held, what is counted, and for a sliding window the times and amounts, at most 128 pairs. The second is a
/// sorted set: for tokens, money and places what each open call holds (`ID AMOUNT`), scored by when the lease ends; for requests the ids of
/// the last minutes, scored by when they were counted, so that a request can be taken back. The arithmetic is that of `QuotaCounter`, in
/// microseconds of Redis' own clock.
enum QuotaScripts {
    /// How long a request can be taken back, in seconds.
    static let receiptSeconds = 300
    /// Holds of dead gateways that one call clears away.
    private static let clearedMax = 256

    /// Takes all or nothing.
    ///
    /// - KEYS: two for each limit.
    /// - ARGV: the time in microseconds (empty: Redis' own), the reservation's id, the lease in microseconds; for each limit one line of words
    ///   (`RedisQuotaText.demand`).
    /// - Returns: 1 or 0, the index of the limit that refused, the microseconds until it will not; then for each limit what was taken, what is
    ///   left, the microseconds until all is there again, and whether it was exceeded.
    static let reserve = RedisScript(
        common + """
            local id, lease = ARGV[2], tonumber(ARGV[3])
            local limits, granted, refusing, longest = {}, true, 0, -1
            for i = 1, #KEYS / 2 do
              local l = words(ARGV[3 + i])
              l.state, l.holds = KEYS[2 * i - 1], KEYS[2 * i]
              limits[i] = l
              open(l)
              clear(l)
              l.wait = wait(l)
              if l.wait and not l.shadow then
                granted = false
                if l.wait > longest then longest, refusing = l.wait, i - 1 end
              end
            end
            local reply = { granted and 1 or 0, refusing, math.max(longest, 0) }
            for _, l in ipairs(limits) do
              local amount = l.need
              if granted then
                if l.part then
                  local left = left(l)
                  if idle(l) then left = math.max(left, l.least) end
                  amount = math.min(l.need, math.max(left, l.least))
                end
                if l.class == 'r' then
                  redis.call('ZADD', l.holds, count(l, amount), id)
                else
                  l.s[2] = l.s[2] + amount
                  redis.call('ZADD', l.holds, now + lease, id .. ' ' .. string.format('%.0f', amount))
                end
                redis.call('PEXPIRE', l.holds, keep(l, lease))
              end
              -- What was cleared away is no longer in the set: the sum has to say so too, also when the request was refused.
              if granted or l.cleared then save(l, lease) end
              local n = #reply
              reply[n + 1], reply[n + 2] = amount, math.max(left(l), 0)
              reply[n + 3], reply[n + 4] = reset(l), (l.shadow and l.wait) and 1 or 0
            end
            return reply
            """)

    /// Ends reservations, and counts what was used while Redis could not be asked.
    ///
    /// - KEYS: first where the last batch of this worker is noted, then two for each entry.
    /// - ARGV: the time, the number of the batch, the lease in microseconds; for each entry one line (`RedisQuotaText.entry`).
    /// - Returns: 1; 0 for a batch that was carried out before.
    static let settle = RedisScript(
        common + """
            local number, lease = tonumber(ARGV[2]), tonumber(ARGV[3])
            if number <= tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', 86400000)
            local seen = {}
            for i = 1, (#KEYS - 1) / 2 do
              local e = words(ARGV[3 + i])
              local l = seen[KEYS[2 * i]]
              if l then
                l.amount, l.capacity, l.window = e.amount, e.capacity, e.window
              else
                l = e
                l.state, l.holds = KEYS[2 * i], KEYS[2 * i + 1]
                seen[l.state] = l
                open(l)
                clear(l)
              end
              if e.class == 'r' then
                if e.id == '-' then
                  if e.need > 0 and fresh(l, e.age) then count(l, e.need) end
                else
                  local mark = redis.call('ZSCORE', l.holds, e.id)
                  if mark then
                    redis.call('ZREM', l.holds, e.id)
                    give_back(l, 1, tonumber(mark))
                  end
                end
              else
                local held = e.least
                if held < 0 then held = held_by(l, e.id) end
                if e.id ~= '-' and redis.call('ZREM', l.holds, e.id .. ' ' .. string.format('%.0f', held)) == 1 then
                  l.s[2] = math.max(0, l.s[2] - held)
                end
                if e.class == 'm' and e.need > 0 and fresh(l, e.age) then count(l, e.need) end
              end
            end
            for _, l in pairs(seen) do save(l, lease) end
            return 1
            """)

    /// Puts off the end of leases.
    ///
    /// - KEYS: two for each hold.
    /// - ARGV: the time, the lease in microseconds, for each hold its member.
    static let renew = RedisScript(
        """
        local now, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
        if not now then
          local t = redis.call('TIME')
          now = t[1] * 1000000 + t[2]
        end
        for i = 1, #KEYS / 2 do
          redis.call('ZADD', KEYS[2 * i], 'XX', now + lease, ARGV[2 + i])
          for _, key in ipairs({ KEYS[2 * i - 1], KEYS[2 * i] }) do
            if redis.call('PTTL', key) < lease / 250 then redis.call('PEXPIRE', key, math.ceil(lease / 250)) end
          end
        end
        return 1
        """)

    private static let common = """
        local now = tonumber(ARGV[1])
        if not now then
          local t = redis.call('TIME')
          now = t[1] * 1000000 + t[2]
        end
        local rounding = 1e-6

        local function words(line)
          local w = {}
          for word in string.gmatch(line, '%S+') do w[#w + 1] = word end
          return {
            kind = w[1], class = w[2], amount = tonumber(w[3]), capacity = tonumber(w[4]), window = tonumber(w[5]),
            need = tonumber(w[6]), least = tonumber(w[7]), part = w[8] == 'p', shadow = w[9] == '1', id = w[10], age = tonumber(w[11]),
            starts = { tonumber(w[12]), tonumber(w[13]), tonumber(w[14]), tonumber(w[15]) }
          }
        end

        -- When the window around this moment begins and ends, in seconds.
        local function period(l)
          local seconds = math.floor(now / 1000000)
          if l.kind == 'f' then
            local length = l.window / 1000000
            local start = seconds - math.fmod(seconds, length)
            return start, start + length
          end
          local at = 1
          if seconds >= l.starts[2] then at = 2 end
          if seconds >= l.starts[3] then at = 3 end
          return l.starts[at], l.starts[at + 1]
        end

        local function open(l)
          local packed = redis.call('GET', l.state)
          local s = packed and cmsgpack.unpack(packed) or { 0, 0, 0 }
          l.s, l.first = s, 4
          if l.kind == 's' then
            s[1] = math.max(s[1], now)
            while s[l.first] and s[l.first] <= s[1] - l.window do
              s[3] = s[3] - s[l.first + 1]
              l.first = l.first + 2
            end
          elseif l.kind == 'b' then
            if s[1] == 0 then s[1] = now end
            if now > s[1] then
              s[3] = math.max(0, s[3] - (now - s[1]) * l.amount / l.window)
              s[1] = now
            end
          elseif l.kind == 'f' or l.kind == 'c' then
            local start, finish = period(l)
            l.finish = finish
            if start > s[1] then s[1], s[3] = start, 0 end
          end
        end

        -- Forgets what gateways that died held, and requests that can no longer be taken back.
        local function clear(l)
          if l.class == 'r' then
            redis.call('ZREMRANGEBYSCORE', l.holds, '-inf', now - \(receiptSeconds)000000)
            return
          end
          local over = redis.call('ZRANGEBYSCORE', l.holds, '-inf', now, 'LIMIT', 0, \(clearedMax))
          for _, member in ipairs(over) do
            l.s[2] = math.max(0, l.s[2] - tonumber(string.match(member, ' (%d+)$')))
            redis.call('ZREM', l.holds, member)
            l.cleared = true
          end
        end

        local function left(l)
          if l.kind == 'b' then return math.floor(math.max(-1e18, l.capacity - l.s[3] + rounding)) - l.s[2] end
          return l.amount - l.s[3] - l.s[2]
        end

        local function idle(l)
          return l.class == 'm' and l.s[2] == 0 and l.s[3] <= rounding
        end

        local function drain(l, excess)
          return math.max(1, math.min(\(LeakyBucket.longest / 1000), math.ceil(excess * l.window / l.amount - rounding)))
        end

        -- Microseconds until all that is counted is over.
        local function reset(l)
          local s = l.s
          if l.kind == 's' then return #s > l.first and s[#s - 1] + l.window - s[1] or 0 end
          if l.kind == 'b' then return s[3] > rounding and drain(l, s[3]) or 0 end
          if l.kind == 'o' or s[3] == 0 then return 0 end
          return math.max(1, l.finish - math.floor(now / 1000000)) * 1000000
        end

        -- nil when there is room; else microseconds until there is, 0 when that hangs on open calls.
        local function wait(l)
          local s, needed = l.s, l.least
          if needed <= left(l) or l.need == 0 or idle(l) then return nil end
          if needed > l.capacity then return s[2] > 0 and 0 or reset(l) end
          if needed > l.capacity - s[2] then return 0 end
          if l.kind == 'b' then return drain(l, s[3] + s[2] + needed - l.capacity) end
          if l.kind ~= 's' then return reset(l) end
          local excess = s[3] - (l.amount - s[2] - needed)
          for i = l.first, #s, 2 do
            excess = excess - s[i + 1]
            if excess <= 0 then return s[i] + l.window - s[1] end
          end
          return l.window
        end

        -- The time under which it can be given back.
        local function count(l, amount)
          local s = l.s
          s[3] = s[3] + amount
          if l.kind ~= 's' then return now end
          local grain = 1
          if l.amount > 128 or (#s - l.first + 1) / 2 >= 128 then grain = math.max(1, math.floor(l.window / 128)) end
          local time, rest = s[1], math.fmod(s[1], grain)
          if rest > 0 then time = time + grain - rest end
          if #s > l.first then time = math.max(time, s[#s - 1]) end
          if #s > l.first and s[#s - 1] == time then
            s[#s] = s[#s] + amount
          else
            s[#s + 1], s[#s + 2] = time, amount
          end
          return time
        end

        local function give_back(l, amount, mark)
          local s = l.s
          if l.kind == 'b' then
            s[3] = math.max(0, s[3] - amount)
          elseif l.kind == 's' then
            for i = l.first, #s, 2 do
              if s[i] == mark then
                local given = math.min(amount, s[i + 1])
                s[3], s[i + 1] = s[3] - given, s[i + 1] - given
                if s[i + 1] == 0 then
                  table.remove(s, i + 1)
                  table.remove(s, i)
                end
                return
              end
            end
          elseif mark >= s[1] * 1000000 then
            s[3] = math.max(0, s[3] - amount)
          end
        end

        -- What a reservation holds whose reply was lost.
        local function held_by(l, id)
          for _, member in ipairs(redis.call('ZRANGE', l.holds, 0, -1)) do
            if string.sub(member, 1, #id + 1) == id .. ' ' then return tonumber(string.sub(member, #id + 2)) end
          end
          return 0
        end

        -- Whether what was used so long ago still counts.
        local function fresh(l, age)
          if l.kind == 's' then return age < l.window end
          if l.kind == 'f' or l.kind == 'c' then return now - age >= l.s[1] * 1000000 end
          return true
        end

        -- Milliseconds for which a key has to be kept.
        local function keep(l, lease)
          local time = math.max(l.window, lease * 4)
          if l.kind == 'b' then time = math.max(time, reset(l)) end
          if l.kind == 'f' or l.kind == 'c' then time = math.max(time, (l.finish * 1000000 - now)) end
          return math.ceil(time / 1000) + 60000
        end

        local function save(l, lease)
          local s = l.s
          if l.first > 4 then
            local kept = { s[1], s[2], s[3] }
            for i = l.first, #s do kept[#kept + 1] = s[i] end
            s = kept
            l.s, l.first = s, 4
          end
          redis.call('SET', l.state, cmsgpack.pack(s), 'PX', keep(l, lease))
        end


        """
}
