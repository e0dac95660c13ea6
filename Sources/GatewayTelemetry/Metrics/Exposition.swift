/// Writes the Prometheus text format, version 0.0.4.
///
/// - SeeAlso: https://prometheus.io/docs/instrumenting/exposition_formats/
struct Exposition {
    enum Kind: String { case counter, gauge, histogram }

    typealias Label = (name: String, value: String)

    private(set) var bytes: [UInt8]

    init(appendingTo bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Begins a metric; its samples follow before the next one begins.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        append("# HELP ")
        append(name)
        append(" ")
        appendEscaped(help, quotes: false)
        append("\n# TYPE ")
        append(name)
        append(" ")
        append(kind.rawValue)
        append("\n")
    }

    mutating func sample(_ name: String, _ value: UInt64) { sample(name, [], value) }

    mutating func sample(_ name: String, seconds value: Double) { sample(name, [], seconds: value) }

    mutating func sample(_ name: String, _ labels: [Label], _ value: UInt64) {
        appendName(name, labels)
        bytes.appendDecimal(value)
        append("\n")
    }

    /// - Parameter value: finite.
    mutating func sample(_ name: String, _ labels: [Label], seconds value: Double) {
        appendName(name, labels)
        append(value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)")
        append("\n")
    }

    mutating func sample(_ name: String, _ labels: [Label], nanodollars value: UInt64) {
        appendName(name, labels)
        bytes.appendDecimal(dollars: value)
        append("\n")
    }

    mutating func histogram(_ name: String, _ labels: [Label], _ histogram: Histogram, _ bounds: HistogramBounds) {
        var total: UInt64 = 0
        for (index, bound) in bounds.labels.enumerated() {
            total &+= histogram.buckets[index]
            sample(name + "_bucket", labels + [("le", bound)], total)
        }
        total = histogram.count
        sample(name + "_bucket", labels + [("le", "+Inf")], total)
        sample(name + "_sum", labels, seconds: histogram.sumSeconds)
        sample(name + "_count", labels, total)
    }

    private mutating func appendName(_ name: String, _ labels: [Label]) {
        append(name)
        for (index, label) in labels.enumerated() {
            append(index == 0 ? "{" : ",")
            append(label.name)
            append("=\"")
            appendEscaped(label.value, quotes: true)
            append("\"")
        }
        append(labels.isEmpty ? " " : "} ")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// A backslash, a line feed and, in label values, a quote are what the format escapes; a carriage return, which it does not
    /// know, would still break a reader's lines.
    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\""): append(quotes ? "\\\"" : "\"")
            case UInt8(ascii: "\r"): append(" ")
            default: bytes.append(byte)
            }
        }
    }
}
