import Testing

@testable import JSONBytes

@Suite("Fuzzed edits")
struct EditPropertyTests {
    @Test func `by splice give the tree that editing the tree gives`() throws {
        var appliedCount = 0
        for index in 0..<fuzzInputs {
            var random = SeededRandom(seed: fuzzSeed &+ UInt64(index))
            let value = JSONValue.object(random.object(depth: 3))
            let edits = random.edits(for: value)
            guard let plan = try? JSONEditPlan(edits) else { continue }
            let body = bytes(random.spelled(value))
            let expected = try? TreeEditor.applied(edits, to: value)

            let result = try? plan.applied(to: body)

            let note: Comment = "input \(index) of seed \(fuzzSeed): \(edits) of \(text(body)) gave \(result.map(text) ?? "nothing")"
            #expect((result == nil) == (expected == nil), note)
            guard let result, let expected else { continue }
            appliedCount += 1
            #expect(try canonical(result) == canonical(expected.written()), note)
            try expectUntouched(body, result, edits, note)
        }
        #expect(appliedCount > fuzzInputs / 4)
    }

    /// Top-level members that no pointer goes through are the same bytes.
    private func expectUntouched(_ body: [UInt8], _ result: [UInt8], _ edits: [JSONEdit], _ note: Comment) throws {
        let touched = Set(edits.map { $0.pointer.tokens[0] })
        let names = JSONNames(try JSONValue(parsing: body).object!.names.filter { !touched.contains($0) })
        let (before, after) = (try JSONScanner.topLevel(body, wanted: names), try JSONScanner.topLevel(result, wanted: names))
        for name in names.names {
            let (old, new) = (try #require(before[name]), try #require(after[name], note))
            #expect(body[old.member] == result[new.member], note)
        }
    }
}

/// The edits done the slow and obvious way, one after another, in an order in which none disturbs the positions and values the next one
/// means: bounds when there is something to bound, insertions at one place from the last to the first, removals from the back, additions last.
private enum TreeEditor {
    struct WrongShape: Error {}

    static func applied(_ edits: [JSONEdit], to value: JSONValue) throws -> JSONValue {
        var value = value
        for edit in edits where edit.pointer.tokens.last != "-" { try put(edit, in: &value) }
        for case .clamp(let pointer, let min, let max) in edits { try change(&value, pointer, creates: false) { try clamped($0, min, max) } }
        for case .insertElement(let pointer, let element, let roles) in edits.reversed() {
            try change(&value, pointer) { try inserted(JSONValue(parsing: element), behind: roles, in: $0) }
        }
        let removed = edits.compactMap { if case .remove(let pointer) = $0 { pointer.tokens } else { nil } }
        for tokens in removed.sorted(by: isBehind) { remove(tokens[...], from: &value) }
        for edit in edits where edit.pointer.tokens.last == "-" { try put(edit, in: &value) }
        return value
    }

    /// Deeper first, and in one array the later position.
    private static func isBehind(_ one: [String], _ other: [String]) -> Bool {
        guard one.count == other.count else { return one.count > other.count }
        return (JSONPointer.index(one.last!) ?? 0) > (JSONPointer.index(other.last!) ?? 0)
    }

    private static func put(_ edit: JSONEdit, in value: inout JSONValue) throws {
        switch edit {
        case .set(let pointer, let new): try change(&value, pointer) { _ in try JSONValue(parsing: new) }
        case .default(let pointer, let new): try change(&value, pointer) { try $0 ?? JSONValue(parsing: new) }
        case .addText(let pointer, let text, let end, let separator): try change(&value, pointer) { try added(text, end, separator, to: $0) }
        case .remove, .insertElement, .clamp: break
        }
    }

    private static func change(
        _ value: inout JSONValue, _ pointer: JSONPointer, creates: Bool = true, _ leaf: (JSONValue?) throws -> JSONValue?
    ) throws {
        value = try changed(value, pointer.tokens[...], creates, leaf) ?? value
    }

    private static func changed(
        _ value: JSONValue?, _ tokens: ArraySlice<String>, _ creates: Bool, _ leaf: (JSONValue?) throws -> JSONValue?
    ) throws -> JSONValue? {
        guard let token = tokens.first else { return try leaf(value) }
        let rest = tokens.dropFirst()
        switch value {
        case nil, .null:
            guard creates else { return value }
            let made = try changed(nil, rest, creates, leaf)!
            return token == "-" ? [made] : .object([token: made])
        case .object(var object) where token != "-":
            object[token] = try changed(object[token], rest, creates, leaf)
            return .object(object)
        case .array(var elements):
            if token == "-" { return .array(elements + [try changed(nil, rest, creates, leaf)!]) }
            if let index = JSONPointer.index(token), elements.indices.contains(index) {
                elements[index] = try changed(elements[index], rest, creates, leaf)!
                return .array(elements)
            }
            fallthrough
        default:
            if creates { throw WrongShape() }
            return value
        }
    }

    private static func clamped(_ value: JSONValue?, _ min: JSONNumber?, _ max: JSONNumber?) throws -> JSONValue? {
        guard let value, value != .null else { return value }
        guard let number = value.number else { throw WrongShape() }
        if let min, number.double < min.double { return .number(min) }
        if let max, number.double > max.double { return .number(max) }
        return value
    }

    private static func added(_ text: String, _ end: JSONEdit.End, _ separator: String, to value: JSONValue?) throws -> JSONValue {
        let part: JSONValue = ["type": "text", "text": .string(text)]
        switch value {
        case nil, .null, .string(""): return .string(text)
        case .string(let old): return .string(end == .start ? text + separator + old : old + separator + text)
        case .array(let parts): return .array(end == .start ? [part] + parts : parts + [part])
        default: throw WrongShape()
        }
    }

    private static func inserted(_ element: JSONValue, behind roles: [String], in value: JSONValue?) throws -> JSONValue {
        guard let value, value != .null else { return [element] }
        guard let elements = value.array else { throw WrongShape() }
        let leading = elements.prefix { $0["role"]?.string.map(roles.contains) ?? false }
        return .array(leading + [element] + elements.dropFirst(leading.count))
    }

    private static func remove(_ tokens: ArraySlice<String>, from value: inout JSONValue) {
        let token = tokens.first!
        switch value {
        case .object(var object):
            if tokens.count == 1 {
                object[token] = nil
            } else if var inner = object[token] {
                remove(tokens.dropFirst(), from: &inner)
                object[token] = inner
            }
            value = .object(object)
        case .array(var elements):
            guard let index = JSONPointer.index(token), elements.indices.contains(index) else { return }
            if tokens.count == 1 { elements.remove(at: index) } else { remove(tokens.dropFirst(), from: &elements[index]) }
            value = .array(elements)
        default: return
        }
    }
}

extension SeededRandom {
    /// Edits of places that are there, and of some that are not.
    fileprivate mutating func edits(for value: JSONValue) -> [JSONEdit] {
        var edits: [JSONEdit] = []
        for _ in 0...below(5) {
            let pointer = JSONPointer(tokens: path(in: value))
            let new = bytes(spelled(self.value(depth: 1)))
            if pointer.tokens.last == "-" {
                edits.append(.set(pointer, value: new))
                continue
            }
            switch below(8) {
            case 0, 1: edits.append(.set(pointer, value: new))
            case 2: edits.append(.default(pointer, value: new))
            case 3, 4: edits.append(.remove(pointer))
            case 5: edits.append(.clamp(pointer, min: JSONNumber("-1.5"), max: JSONNumber("1000")))
            case 6: edits.append(.addText(pointer, string() + "x", at: once(in: 2) ? .start : .end, separator: "\n"))
            default: edits.append(.insertElement(pointer, element: new, afterRoles: ["system"]))
            }
        }
        return edits
    }

    private mutating func path(in value: JSONValue) -> [String] {
        var tokens: [String] = []
        var value: JSONValue? = value
        repeat {
            switch value {
            case .object(let object) where !object.isEmpty && !once(in: 6): tokens.append(pick(object.names))
            case .array(let elements) where !once(in: 4): tokens.append(once(in: 3) ? "-" : String(below(elements.count + 1)))
            default: tokens.append(pick(["a", "new", "max_tokens", "2"]))
            }
            value = value?[JSONPointer(tokens: [tokens.last!])]
        } while !once(in: 2) && tokens.last != "-" && tokens.count < 5
        return tokens
    }
}
