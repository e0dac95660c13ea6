import GatewayCore

/// What the cache has Redis do in one go. Times are Redis' own: no clock of a pod takes part.
enum CacheScripts {
    /// KEYS: the answer, the lease. ARGV: a token, milliseconds.
    ///
    /// Answers { the answer or nil, milliseconds until it is gone, who may call }: 0 nobody has to, for it is fresh; 1 the asker, who has the lease
    /// now; 2 somebody else has it; 3 everybody, for the answer cannot be kept.
    static let claim = RedisScript(
        """
        local answer = redis.call('GET', KEYS[1])
        local left = 0
        if answer then
          left = redis.call('PTTL', KEYS[1])
          if left > (tonumber(string.sub(answer, 5, 17)) or 0) then return {answer, left, 0} end
        end
        local state = 2
        if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then state = 1
        elseif redis.call('GET', KEYS[2]) == '-' then state = 3 end
        return {answer, left, state}
        """)

    /// KEYS: the answer. Answers { the answer or nil, milliseconds until it is gone }.
    static let look = RedisScript(
        """
        local answer = redis.call('GET', KEYS[1])
        if not answer then return {false, 0} end
        return {answer, redis.call('PTTL', KEYS[1])}
        """)

    /// KEYS: the answer, the lease. ARGV: the answer, milliseconds, the lease's token or nothing.
    static let store = RedisScript(
        """
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
        return 1
        """)

    /// KEYS: the lease. ARGV: the token, what becomes of it (`renew`, `release`, `open`: everybody may call), milliseconds.
    static let lease = RedisScript(
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        if ARGV[2] == 'renew' then redis.call('PEXPIRE', KEYS[1], ARGV[3])
        elseif ARGV[2] == 'open' then redis.call('SET', KEYS[1], '-', 'PX', ARGV[3])
        else redis.call('DEL', KEYS[1]) end
        return 1
        """)

    /// KEYS: the marks. ARGV: a scope, the scope of everything, how many marks there may be. Answers the new mark.
    ///
    /// A mark is Redis' time in milliseconds, and later than all before it. With too many of them one for everything stands for all.
    static let purge = RedisScript(
        """
        local time = redis.call('TIME')
        local mark = time[1] * 1000 + math.floor(time[2] / 1000)
        local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0') or 0
        if mark <= last then mark = last + 1 end
        local text = string.format('%.0f', mark)
        local scope = ARGV[1]
        if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then
          redis.call('DEL', KEYS[1])
          scope = ARGV[2]
        end
        redis.call('HSET', KEYS[1], 'last', text, scope, text)
        return mark
        """)
}
