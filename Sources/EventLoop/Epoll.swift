import CLinux

/// What a file descriptor is ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Not left to `SetAlgebra`, whose form is reached through a table of the protocol from other modules.
    @inlinable
    package func contains(_ other: Readiness) -> Bool { rawValue & other.rawValue == other.rawValue }

    package static let read = Readiness(rawValue: 0x001)
    package static let write = Readiness(rawValue: 0x004)
    package static let error = Readiness(rawValue: 0x008)
    package static let hangUp = Readiness(rawValue: 0x010)
    /// The peer sends no more (FIN), or the connection is gone.
    package static let peerClosed = Readiness(rawValue: 0x2000)
    /// Ask: tell of changes only, not of states. The handler then reads or writes until nothing is left.
    package static let edge = Readiness(rawValue: 1 << 31)
    /// Ask: of several loops that watch this descriptor, wake one.
    package static let exclusive = Readiness(rawValue: 1 << 28)
}

/// Owns one epoll set and its event buffer.
@safe
struct Epoll: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutablePointer<clinux_event>
    /// Events told at once.
    static let capacity = 256

    init() {
        descriptor = clinux_epoll_create()
        precondition(descriptor >= 0, "the kernel gave no epoll set: too many open files")
        unsafe events = UnsafeMutablePointer<clinux_event>.allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe events.deallocate()
        clinux_close(descriptor)
    }

    /// - Returns: 0, or a negative errno.
    func add(_ fileDescriptor: Int32, _ interest: Readiness, token: UInt64) -> Int32 {
        clinux_epoll_add(descriptor, fileDescriptor, interest.rawValue, token)
    }

    func modify(_ fileDescriptor: Int32, _ interest: Readiness, token: UInt64) {
        _ = clinux_epoll_modify(descriptor, fileDescriptor, interest.rawValue, token)
    }

    func remove(_ fileDescriptor: Int32) {
        _ = clinux_epoll_remove(descriptor, fileDescriptor)
    }

    /// Waits for events.
    ///
    /// - Parameter milliseconds: -1 waits without end.
    /// - Returns: how many came.
    func wait(milliseconds: Int32) -> Int {
        unsafe Int(clinux_epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds))
    }

    /// - Parameter index: below what `wait` returned last.
    func event(_ index: Int) -> (token: UInt64, ready: Readiness) {
        precondition(index >= 0 && index < Self.capacity)
        let event = unsafe events[index]
        return (event.token, Readiness(rawValue: event.events))
    }
}

/// The loop that runs on the calling thread, if one does.
enum CurrentThread {
    static func isRunning(_ loop: EventLoop) -> Bool {
        unsafe clinux_thread_mark() == Unmanaged.passUnretained(loop).toOpaque()
    }

    static func enter(_ loop: EventLoop) {
        unsafe clinux_set_thread_mark(Unmanaged.passUnretained(loop).toOpaque())
    }

    static func leave() {
        clinux_set_thread_mark(nil)
    }
}
