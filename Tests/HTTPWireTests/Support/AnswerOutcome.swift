@testable import HTTPWire

/// What reading an answer comes to, comparable.
enum AnswerOutcome: Equatable {
    case incomplete
    case refused(ResponseFault)
    case finished(status: Int, fields: [String], body: [UInt8], end: Int, keepsConnection: Bool)

    /// - Parameter closes: whether the connection ends behind the last piece.
    init(pieces: [[UInt8]], isToHead: Bool = false, headBytesMax: Int = 400, closes: Bool = false) {
        var reader = ResponseReader(headBytesMax: headBytesMax, isToHead: isToHead)
        var head: ReceivedHead?
        var body: [UInt8] = []
        var used = 0
        do throws(ResponseFault) {
            for piece in pieces {
                // Bytes before and behind what was received belong to somebody else.
                let input = Array("??".utf8) + piece + Array("\r\n\r\n0\r\n\r\n".utf8)
                let range = 2..<(2 + piece.count)
                var at = range.lowerBound
                if !reader.hasHead, let found = try reader.takeHead(input, range) {
                    head = found.head
                    at = found.end
                }
                if reader.hasHead, !reader.isFinished { at = try reader.takeBody(input, at..<range.upperBound, into: &body) }
                used += reader.isFinished ? at - range.lowerBound : piece.count
                if reader.isFinished { break }
            }
            if closes, !reader.isFinished { try reader.connectionEnded() }
        } catch {
            self = .refused(error)
            return
        }
        guard reader.isFinished, let head else {
            self = .incomplete
            return
        }
        let fields = head.fields.map { $0.name + ": " + $0.value }
        self = .finished(status: head.status, fields: fields, body: body, end: used, keepsConnection: reader.isFinished && reader.keepsConnection)
    }

    init(_ text: String, isToHead: Bool = false, headBytesMax: Int = 400, closes: Bool = false) {
        self.init(pieces: [Array(text.utf8)], isToHead: isToHead, headBytesMax: headBytesMax, closes: closes)
    }

    var text: String? { if case .finished(_, _, let body, _, _) = self { String(decoding: body, as: UTF8.self) } else { nil } }
    var keepsConnection: Bool? { if case .finished(_, _, _, _, let keeps) = self { keeps } else { nil } }
    var fault: ResponseFault? { if case .refused(let fault) = self { fault } else { nil } }
}
