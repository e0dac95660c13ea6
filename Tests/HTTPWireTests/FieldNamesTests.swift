import Testing

@testable import HTTPWire

@Suite("Names of fields that are looked for")
struct FieldNamesTests {
    private let names: FieldNames = ["retry-after", "content-type", "retry-after-ms", "etag", "date"]

    @Test func `are told by the whole name, whatever others are as long`() {
        let fields = HeaderFields([
            ("Date", ""), ("etag", ""), ("retry-after-ms", ""), ("Content-Type", ""), ("vary", ""), ("x-content-type", ""), ("retry-afteR", ""),
            ("", ""),
        ])

        let found = (0..<fields.count).map { fields.place(at: $0, among: names).map { names.names[$0] } }

        #expect(found == ["date", "etag", "retry-after-ms", "content-type", nil, nil, "retry-after", nil])
    }
}
