package import GatewayCore
import HTTPWire

/// Turns a stream of events into a list whose elements arrive one by one, which is what clients read that do not ask for `alt=sse`.
///
/// Providers are always asked for events: a failure can then be told from an answer, and the list is made here.
///
/// - SeeAlso: wire.md, section 2.2
package struct GeminiArrayWriter: Sendable {
    private var reader: SSEReader
    private var array = GeminiArray()

    /// - Parameter eventBytesMax: bytes of one event. What is fed has been judged already, so none is longer.
    package init(eventBytesMax: Int = .max) {
        reader = SSEReader(eventBytesMax: eventBytesMax)
    }

    /// The elements that these bytes complete; empty when they complete none. Comments are left out.
    package mutating func received(_ bytes: [UInt8]) -> [UInt8] {
        reader.feed(bytes)
        var output: [UInt8] = []
        while let event = try? reader.next() { take(event, to: &output) }
        return output
    }

    /// The end of the list.
    package mutating func closed() -> [UInt8] {
        var output: [UInt8] = []
        while let event = try? reader.finish() { take(event, to: &output) }
        return output + array.end()
    }

    /// What ends a list that has begun: the error as its last element, as Google does.
    package mutating func failed(_ error: GatewayError) -> [UInt8] {
        array.element(GeminiErrors.element(for: error)) + array.end()
    }

    private mutating func take(_ event: SSEEvent, to output: inout [UInt8]) {
        if event.hasData { output += array.element(Array(event.data)) }
    }
}

/// The brackets and commas of a list whose elements come one by one.
struct GeminiArray: Equatable, Sendable {
    private var isEmpty = true

    init() {}

    /// An element with what stands before it.
    mutating func element(_ json: [UInt8]) -> [UInt8] {
        defer { isEmpty = false }
        return Array((isEmpty ? "[" : ",\r\n").utf8) + json
    }

    mutating func end() -> [UInt8] {
        defer { isEmpty = false }
        return Array((isEmpty ? "[]" : "]").utf8)
    }
}
