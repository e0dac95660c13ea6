/// Writes server-sent events.
package enum SSEWriter {
    /// Appends one event with its empty line.
    ///
    /// - Parameters:
    ///   - event: the `event` field; nil writes none. A line end in it becomes a space.
    ///   - data: one `data` line per line of it; CR LF, CR and LF all end a line.
    package static func append(event: String?, data: [UInt8], to output: inout [UInt8]) {
        if let event { appendLine("event: ", event, to: &output) }
        var lineStart = 0
        var index = 0
        if firstIndex(of: ASCII.carriageReturn, in: data.span, 0..<data.count) == nil {
            while let lineFeed = firstIndex(of: ASCII.lineFeed, in: data.span, lineStart..<data.count) {
                appendData(data[lineStart..<lineFeed], to: &output)
                lineStart = lineFeed + 1
            }
        } else {
            while index < data.count {
                let byte = data[index]
                index += 1
                guard byte == ASCII.carriageReturn || byte == ASCII.lineFeed else { continue }
                appendData(data[lineStart..<(index - 1)], to: &output)
                if byte == ASCII.carriageReturn, index < data.count, data[index] == ASCII.lineFeed { index += 1 }
                lineStart = index
            }
        }
        appendData(data[lineStart...], to: &output)
        output.append(ASCII.lineFeed)
    }

    /// Appends a comment, which clients pass over, and an empty line: a heartbeat. A line end in `text` becomes a space.
    package static func append(comment text: String, to output: inout [UInt8]) {
        appendLine(": ", text, to: &output)
        output.append(ASCII.lineFeed)
    }

    private static func appendData(_ line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        output.append(text: "data: ")
        output.append(contentsOf: line)
        output.append(ASCII.lineFeed)
    }

    private static func appendLine(_ prefix: String, _ text: String, to output: inout [UInt8]) {
        output.append(text: prefix)
        let start = output.count
        output.append(text: text)
        for index in start..<output.count where output[index] == ASCII.lineFeed || output[index] == ASCII.carriageReturn {
            output[index] = ASCII.space
        }
        output.append(ASCII.lineFeed)
    }
}
