import CHiredis
import GatewayCore

extension RedisReply {
    /// Copies a reply out of hiredis' memory. hiredis bounds how deep lists go: 7.
    static func outcome(_ reply: UnsafeMutablePointer<redisReply>) -> RedisOutcome {
        guard unsafe reply.pointee.type == REDIS_REPLY_ERROR else { return .success(unsafe RedisReply(copying: reply)) }
        return .failure(.refused(RedisRefusal(unsafe text(reply))))
    }

    private init(copying reply: UnsafeMutablePointer<redisReply>) {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_INTEGER: self = .integer(Int(unsafe reply.pointee.integer))
        case REDIS_REPLY_STRING: unsafe self = .bytes(Array(Self.bytes(reply)))
        case REDIS_REPLY_ARRAY:
            let items = unsafe UnsafeBufferPointer(start: reply.pointee.element, count: reply.pointee.elements)
            self = .list(unsafe items.map { unsafe $0.map { unsafe RedisReply(copying: $0) } ?? .null })
        case REDIS_REPLY_STATUS, REDIS_REPLY_ERROR: self = .status(unsafe Self.text(reply))
        default: self = .null
        }
    }

    private static func bytes(_ reply: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.len)
    }

    private static func text(_ reply: UnsafeMutablePointer<redisReply>) -> String {
        unsafe String(decoding: bytes(reply), as: UTF8.self)
    }
}
