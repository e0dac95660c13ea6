@testable import HTTPWire

/// Everything that parsing a head can come to, comparable.
enum HeadOutcome: Equatable {
    case incomplete
    case refused(WireError)
    case accepted(HeadSummary, end: Int)

    /// Parses all of `bytes` at once.
    init(whole bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) {
        self.init(pieces: [bytes], limits: limits)
    }

    /// Parses `pieces` as they would arrive, behind `offset` bytes that are not to be looked at.
    init(pieces: [[UInt8]], offset: Int = 0, limits: HTTPLimits = HTTPLimits()) {
        var parser = RequestHeadParser(limits: limits)
        var bytes = [UInt8](repeating: 0, count: offset)
        for piece in pieces {
            bytes += piece
            do throws(WireError) {
                guard let (head, end) = try parser.parse(bytes, from: offset) else { continue }
                self = .accepted(HeadSummary(head), end: end - offset)
                return
            } catch {
                self = .refused(error)
                return
            }
        }
        self = .incomplete
    }

    init(_ text: String, limits: HTTPLimits = HTTPLimits()) { self.init(whole: Array(text.utf8), limits: limits) }

    var status: Int? { if case .refused(let error) = self { error.status } else { nil } }
    var head: RequestHead? { if case .accepted(let summary, _) = self { summary.head } else { nil } }
}

/// A head, compared by everything a caller can see of it.
struct HeadSummary: Equatable {
    let head: RequestHead

    init(_ head: RequestHead) { self.head = head }

    static func == (left: HeadSummary, right: HeadSummary) -> Bool {
        left.text == right.text && left.values == right.values && left.head.framing == right.head.framing
    }

    private var text: [String?] {
        [
            head.method.name, head.path, head.query, "\(head.version)", head.authority,
            "\(head.keepAlive) \(head.expectsContinue) \(head.asksForUpgrade)",
        ] + head.fields.map(\.name)
    }

    private var values: [ArraySlice<UInt8>] { (0..<head.fields.count).map(head.fields.valueBytes(at:)) }

    /// The head written anew; parsing it must give the same head.
    var serialized: [UInt8] {
        var bytes = Array("\(head.method) ".utf8)
        if let authority = head.authority, authority != head.fields.first("host") {
            bytes += Array(("http://" + authority + (head.path == "*" ? "" : head.target)).utf8)
        } else {
            bytes += Array(head.target.utf8)
        }
        bytes += Array((head.version == .http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n").utf8)
        for index in 0..<head.fields.count {
            bytes += head.fields.nameBytes(at: index) + Array(": ".utf8) + head.fields.valueBytes(at: index) + Array("\r\n".utf8)
        }
        return bytes + Array("\r\n".utf8)
    }
}
