import GatewayCore
import HTTPWire

/// The head of a shared answer.
struct FlightHead: Sendable {
    let status: Int
    /// All of them: for the request that set out.
    let headers: [HeaderField]
    let isStream: Bool
    /// What the rest of the pipeline added to `Exchange.responseHeaders`: for the request that set out.
    let addedHeaders: [HeaderField]
    let record: RequestRecord

    /// The headers that belong to whoever gets the answer.
    var sharedHeaders: [HeaderField] { (headers + addedHeaders).filter { StoredAnswer.sharedHeaders.contains($0.name) } }
    /// False for an answer in a coding that another client may not understand.
    var isShareable: Bool { headers.first("content-encoding").map { $0.lowercased() == "identity" } ?? true }
}

/// How a flight ended.
enum FlightEnding: Sendable {
    /// With the whole answer; `answer` is nil when it cannot be given to others later.
    case landed(RequestRecord, answer: StoredAnswer?)
    case crashed(GatewayError, addedHeaders: [HeaderField], RequestRecord)
    /// It never took off, because the answer turned up in memory.
    case dissolved
    /// It never took off, because another process had the answer.
    case found(StoredAnswer)

    var record: RequestRecord? {
        switch self {
        case .landed(let record, _), .crashed(_, _, let record): record
        case .dissolved, .found: nil
        }
    }
}

/// What a seat has to put into its own record of what the flight cost.
///
/// Exactly one of those on board accounts for it, and for all of it: the request that set out or, when it left early, one that stayed.
enum FlightBill: Sendable {
    case nothing
    case everything(RequestRecord)
}

/// What a seat learns when it looks.
enum FlightNews: Sendable {
    /// Nothing since; look again when the flight's version is another one.
    case nothingYet(version: Int)
    case head(FlightHead, FlightBill)
    case chunk(BodyChunk)
    case ended(FlightEnding, FlightBill)
    /// The answer cannot be shared with this seat: it has to get its own.
    case unusable
    /// The seat read so slowly that what comes next for it is gone.
    case overrun
    /// The seat was given up.
    case gone
}

struct FlightLimits: Sendable {
    /// What a flight keeps for those who come later, or read slowly.
    let keptBytesMax: Int
    /// How far the provider may be ahead of the fastest reader.
    let leadBytesMax: Int

    init(keptBytesMax: Int, leadBytesMax: Int = 256 << 10) {
        self.keptBytesMax = keptBytesMax
        // The fastest reader must never be overrun.
        self.leadBytesMax = min(leadBytesMax, keptBytesMax)
    }
}
