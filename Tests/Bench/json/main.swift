import Foundation
import Glibc
import JSONBytes

// Throughput of the JSON module next to Foundation's, one line of JSON for each figure: what `Tests/Bench/run` reads.

/// A chat of many long messages, as Foundation's decoder takes it apart.
struct Chat: Decodable {
    struct Message: Decodable {
        let role: String
        let content: String
    }

    let model: String
    let messages: [Message]
}

/// Many small values.
struct Table: Decodable {
    struct Row: Decodable {
        let id: Int
        let name: String
        let position: [Double]
        let isOpen: Bool
    }

    let model: String
    let rows: [Row]
}

let sentences = "The weir holds the river back a little, and lets it go over its crest. It said: \\\"é\\\" and went on.\\n"
let paragraph = String(repeating: sentences, count: 100)
let messages = Array(repeating: #"{"role": "user", "content": "\#(paragraph)"}"#, count: 100).joined(separator: ", ")
let text = Array(#"{"messages": [\#(messages)], "model": "alias"}"#.utf8)
let rows = (0..<830).map { #"{"id":\#($0),"name":"gate \#($0)","position":[\#($0).25,-\#($0 % 90).5,1e-3],"isOpen":\#($0 % 2 == 0)}"# }
let dense = Array(#"{"model":"alias","rows":[\#(rows.joined(separator: ","))]}"#.utf8)

/// Gigabytes per second of processor time: the median of several rounds.
func throughput(_ body: [UInt8], _ work: () throws -> Bool) rethrows -> Double {
    var rounds: [Double] = []
    for _ in 0..<7 {
        var count = 0
        let began = clock()
        while clock() - began < CLOCKS_PER_SEC / 5 {
            guard try work() else { fatalError("the benchmark's own JSON is wrong") }
            count += 1
        }
        rounds.append(Double(count * body.count) / (Double(clock() - began) / Double(CLOCKS_PER_SEC)) / 1e9)
    }
    return rounds.sorted()[3]
}

func report(_ body: String, _ bytes: Int, _ what: String, _ figure: Double) {
    print(#"{"body": "\#(body)", "bytes": \#(bytes), "what": "\#(what)", "gb_per_second": \#(figure)}"#)
}

for (name, body) in [("text-heavy", text), ("dense", dense)] {
    let data = Data(body)
    let decoder = JSONDecoder()
    let checked = try throughput(body) { try JSONScanner.topLevel(body, wanted: ["model", "stream"])["model"] != nil }
    report(name, body.count, "checked, top level found", checked)
    let parsed = try throughput(body) { try JSONValue(parsing: body)["model"] != nil }
    report(name, body.count, "parsed to a tree", parsed)
    let decoded =
        name == "dense"
        ? try throughput(body) { try decoder.decode(Table.self, from: data).rows.count == 830 }
        : try throughput(body) { try decoder.decode(Chat.self, from: data).messages.count == 100 }
    report(name, body.count, "Foundation", decoded)
}
