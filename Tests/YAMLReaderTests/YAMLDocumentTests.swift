import Testing
import YAMLReader

@Suite("A YAML document")
struct YAMLDocumentTests {
    @Test func `knows the line and column of every value`() throws {
        let root = try root(of: "a: 1\nb:\n  - x\n  - 'ä': \"y\"\n")

        #expect(root.text(at: "a") == "1")
        #expect(root.value("a")?.position == Position(line: 1, column: 4))
        #expect(root.value("b")?.item(0)?.position == Position(line: 3, column: 5))
        #expect(root.value("b")?.item(1)?.value("ä")?.position == Position(line: 4, column: 10))
    }

    @Test func `keeps the order of keys`() throws {
        #expect(try root(of: "z: 1\na: 2\nm: 3\n").keys == ["z", "a", "m"])
    }

    @Test(arguments: ["plain", "'quoted'", "\"quoted\"", "|\n  quoted", ">\n  quoted", "!!str quoted"])
    func `tells plain scalars from quoted ones`(spelling: String) throws {
        guard case .scalar(let scalar) = try root(of: "a: \(spelling)\n").value("a")?.value else {
            Issue.record("no scalar")
            return
        }

        #expect(scalar.isPlain == (spelling == "plain"))
    }

    @Test func `puts what an anchor names where its alias stands`() throws {
        let root = try root(of: "a: &x { k: v }\nb: *x\nc: [*x, *x]\n")

        #expect(root.value("b") == root.value("a"))
        #expect(root.value("c")?.item(1) == root.value("a"))
    }

    @Test func `lets keys of its own win over merged ones, and earlier merges over later ones`() throws {
        let root = try root(of: "one: &one { a: 1, b: 1, c: 1 }\ntwo: &two { b: 2, c: 2, d: 2 }\nx: { <<: [*one, *two], c: 3 }\n")

        let merged = try #require(root.value("x"))

        #expect(merged.keys == ["c", "a", "b", "d"])
        #expect(["a", "b", "c", "d"].map { merged.text(at: $0) } == ["1", "1", "3", "2"])
    }

    @Test func `takes a quoted merge key for an ordinary one`() throws {
        #expect(try root(of: "a: { \"<<\": 1 }\n").value("a")?.keys == ["<<"])
    }

    @Test func `names both places of a repeated key and reads on`() throws {
        let document = YAMLDocument(reading: Array("a: 1\nb: 2\na: 3\n".utf8))

        #expect(document.problems.map(\.message) == ["the key \"a\" is already given in line 1, column 1"])
        #expect(document.problems.map(\.position) == [Position(line: 3, column: 1)])
        #expect(document.root?.text(at: "a") == "1")
    }

    @Test func `finds a repeated key among ten thousand`() throws {
        let lines = (0..<10_000).map { "key\($0): \($0)\n" }.joined() + "key5000: x\n"

        let document = YAMLDocument(reading: Array(lines.utf8))

        #expect(document.problems.map(\.position) == [Position(line: 10_001, column: 1)])
    }

    @Test func `refuses aliases that stand for too much in milliseconds`() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 { text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n" }

        let start = ContinuousClock.now
        let document = YAMLDocument(reading: Array(text.utf8))

        #expect(document.root == nil)
        #expect(document.problems.map(\.message) == ["aliases stand for more than 250000 values"])
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test func `counts depth through aliases`() throws {
        let deep = "a: &a " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "\n"
        let deeper = "b: " + String(repeating: "[", count: 40) + "*a" + String(repeating: "]", count: 40) + "\n"

        #expect(YAMLDocument(reading: Array(deep.utf8)).problems == [])
        #expect(YAMLDocument(reading: Array((deep + deeper).utf8)).problems.map(\.message) == ["values are nested more than 64 deep"])
    }

    @Test func `refuses a hundred thousand open brackets without using the stack`() {
        let document = YAMLDocument(reading: Array(String(repeating: "[", count: 100_000).utf8))

        #expect(document.root == nil)
        #expect(document.problems.count == 1)
    }

    @Test func `is bounded in bytes and in values`() {
        var limits = YAMLLimits()
        limits.bytesMax = 10
        limits.nodesMax = 3

        #expect(YAMLDocument(reading: Array("a: 1234567890".utf8), limits: limits).problems.map(\.message) == ["the file is larger than 10 bytes"])
        #expect(YAMLDocument(reading: Array("[a, b]".utf8), limits: limits).problems == [])
        #expect(YAMLDocument(reading: Array("[a, b, c]".utf8), limits: limits).problems.map(\.message) == ["the file has more than 3 values"])
    }

    @Test func `takes a byte order mark and line ends of all systems`() throws {
        #expect(try root(of: "\u{FEFF}a: 1\r\nb: 2\r\n").keys == ["a", "b"])
    }

    @Test func `counts columns in characters, not bytes`() {
        let document = YAMLDocument(reading: Array("ä: [ö, \u{1}]".utf8))

        #expect(document.problems.map(\.position) == [Position(line: 1, column: 8)])
    }

    private func root(of text: String) throws -> YAMLNode {
        let document = YAMLDocument(reading: Array(text.utf8))
        #expect(document.problems == [])
        return try #require(document.root)
    }
}

extension YAMLNode {
    fileprivate var keys: [String] {
        if case .mapping(let entries) = value { entries.map(\.key) } else { [] }
    }

    fileprivate func value(_ key: String) -> YAMLNode? {
        if case .mapping(let entries) = value { entries.first { $0.key == key }?.value } else { nil }
    }

    fileprivate func item(_ index: Int) -> YAMLNode? {
        if case .sequence(let items) = value, index < items.count { items[index] } else { nil }
    }

    fileprivate func text(at key: String) -> String? {
        if case .scalar(let scalar) = self.value(key)?.value { scalar.text } else { nil }
    }
}
