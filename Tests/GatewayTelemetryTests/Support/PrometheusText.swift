/// A strict reader of the Prometheus text format, written from its description and not from the writer.
///
/// - SeeAlso: https://prometheus.io/docs/instrumenting/exposition_formats/
struct PrometheusText {
    struct Problem: Error, CustomStringConvertible {
        let line: Int
        let what: String
        var description: String { "line \(line): \(what)" }
    }

    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Family {
        let name: String
        let help: String
        var type = ""
        var samples: [Sample] = []
    }

    private(set) var families: [String: Family] = [:]

    init(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem(line: 0, what: "not UTF-8") }
        guard text.last == "\n" else { throw Problem(line: 0, what: "the last line does not end") }
        var current: Family?
        var seen: Set<String> = []
        for (index, line) in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            func fail(_ what: String) -> Problem { Problem(line: index + 1, what: "\(what): \(line)") }
            guard !line.isEmpty, !line.contains("\r") else { throw fail("empty line or carriage return") }
            if line.hasPrefix("# HELP ") {
                if let done = current { try close(done) }
                let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard parts.count == 2, Self.isName(parts[0]), families[String(parts[0])] == nil else { throw fail("HELP") }
                current = Family(name: String(parts[0]), help: String(parts[1]))
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.dropFirst(7).split(separator: " ")
                guard parts.count == 2, let name = current?.name, name == parts[0], current?.type == "" else { throw fail("TYPE") }
                guard ["counter", "gauge", "histogram"].contains(parts[1]) else { throw fail("TYPE") }
                current?.type = String(parts[1])
            } else {
                guard !line.hasPrefix("#") else { throw fail("comment") }
                guard let family = current, family.type != "" else { throw fail("sample before TYPE") }
                guard let sample = Self.sample(line) else { throw fail("sample") }
                let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { sample.name == family.name + $0 }) else { throw fail("sample of another family") }
                guard seen.insert("\(sample.name)\(sample.labels.sorted { $0.key < $1.key })").inserted else { throw fail("twice") }
                current?.samples.append(sample)
            }
        }
        if let done = current { try close(done) }
    }

    /// The value of the one sample with exactly these labels; nil when there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        for family in families.values {
            if let sample = family.samples.first(where: { $0.name == name && $0.labels == labels }) { return sample.value }
        }
        return nil
    }

    var sampleCount: Int { families.values.reduce(0) { $0 + $1.samples.count } }
    var samples: [Sample] { families.values.flatMap(\.samples) }

    private mutating func close(_ family: Family) throws {
        func fail(_ what: String) -> Problem { Problem(line: 0, what: "\(family.name): \(what)") }
        guard family.type != "" else { throw fail("no TYPE") }
        guard (family.type == "counter") == family.name.hasSuffix("_total") else { throw fail("only counters end in _total") }
        if family.type == "counter", family.samples.contains(where: { $0.value < 0 }) { throw fail("negative counter") }
        if family.type == "histogram" { try checkHistogram(family) }
        families[family.name] = family
    }

    private func checkHistogram(_ family: Family) throws {
        func fail(_ what: String) -> Problem { Problem(line: 0, what: "\(family.name): \(what)") }
        let buckets = family.samples.filter { $0.name.hasSuffix("_bucket") }
        let series = Dictionary(grouping: buckets) { sample in sample.labels.filter { $0.key != "le" } }
        for (labels, buckets) in series {
            let bounds = buckets.compactMap { $0.labels["le"] }
            guard bounds.count == buckets.count, bounds.last == "+Inf" else { throw fail("le") }
            let numbers = bounds.dropLast().compactMap(Double.init)
            guard numbers.count == bounds.count - 1, zip(numbers, numbers.dropFirst()).allSatisfy(<) else { throw fail("bounds do not rise") }
            guard zip(buckets, buckets.dropFirst()).allSatisfy({ $0.value <= $1.value }) else { throw fail("not cumulative") }
            let count = family.samples.first { $0.name == family.name + "_count" && $0.labels == labels }?.value
            let sum = family.samples.first { $0.name == family.name + "_sum" && $0.labels == labels }?.value
            guard let count, sum != nil, buckets.last?.value == count else { throw fail("count") }
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func sample(_ line: Substring) -> Sample? {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        guard isName(name) else { return nil }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                guard let (label, value) = label(&rest), labels.updateValue(value, forKey: label) == nil else { return nil }
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { return nil }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = Double(rest.dropFirst()), value.isFinite else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }

    private static func label(_ rest: inout Substring) -> (String, String)? {
        let name = rest.prefix { $0 != "=" }
        guard isName(name) else { return nil }
        rest = rest.dropFirst(name.count)
        guard rest.hasPrefix("=\"") else { return nil }
        rest = rest.dropFirst(2)
        var value = String.UnicodeScalarView()
        while let scalar = rest.unicodeScalars.first {
            rest = Substring(rest.unicodeScalars.dropFirst())
            if scalar == "\"" { return (String(name), String(value)) }
            guard scalar == "\\" else {
                value.append(scalar)
                continue
            }
            let escapes: [Unicode.Scalar: Unicode.Scalar] = ["\\": "\\", "\"": "\"", "n": "\n"]
            guard let escaped = rest.unicodeScalars.first, let meant = escapes[escaped] else { return nil }
            value.append(meant)
            rest = Substring(rest.unicodeScalars.dropFirst())
        }
        return nil
    }
}
