package import JSONBytes
import HTTPWire

/// What counts on one route when two requests are compared, besides the usual.
package struct CacheKeyFields: Sendable {
    package static let usual = CacheKeyFields(ignored: nil, added: [], headers: [])

    /// Takes out of the client's body what does not count; nil: everything counts.
    let ignored: JSONEditPlan?
    /// Top-level members that do not count: they say how an answer is delivered or who asked, and not what it says.
    let leftOut: JSONNames
    /// Client headers that count although no provider gets them, in lower case.
    let headers: [String]
    /// Whether members count that requests in another format have under another name, or not at all.
    let isOfOneFormat: Bool

    /// - Parameter added: of `user` and `metadata`, which do not count by themselves.
    package init(ignored: JSONEditPlan?, added: Set<String>, headers: [String]) {
        self.ignored = ignored
        leftOut = JSONNames(["stream", "stream_options"] + ["user", "metadata"].filter { !added.contains($0) })
        self.headers = headers
        isOfOneFormat = !added.isEmpty
    }

    /// The body without what does not count. One that cannot be edited stays as it is.
    func counted(of body: [UInt8]) -> [UInt8] {
        guard let ignored else { return body }
        return (try? ignored.applied(to: body)) ?? body
    }
}
