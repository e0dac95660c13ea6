import CCurl
import HTTPWire

/// Owns a list of header lines as libcurl reads it, in memory that serves one request after another.
///
/// libcurl keeps the list's address and reads it during a transfer (CURLOPT_HTTPHEADER(3)), so it is filled between transfers only.
@safe
struct CurlFieldList: ~Copyable {
    private var nodes: UnsafeMutablePointer<curl_slist>
    private var nodeCapacity = 16
    private var text: UnsafeMutablePointer<CChar>
    private var textCapacity = 1024

    init() {
        unsafe nodes = UnsafeMutablePointer<curl_slist>.allocate(capacity: nodeCapacity)
        unsafe text = UnsafeMutablePointer<CChar>.allocate(capacity: textCapacity)
    }

    deinit {
        unsafe nodes.deallocate()
        unsafe text.deallocate()
    }

    /// Replaces the list by `bare` lines and then `fields`.
    ///
    /// - Returns: the list, valid until the next call; nil when there is nothing in it.
    mutating func fill(_ bare: [StaticString], _ fields: [HeaderField]) -> UnsafeMutablePointer<curl_slist>? {
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 }
        makeRoom(nodes: bare.count + fields.count, text: size)
        var node = 0
        for line in bare {
            // A static string lives for ever, and libcurl only reads it.
            let start = unsafe UnsafeMutablePointer(mutating: UnsafeRawPointer(line.utf8Start).assumingMemoryBound(to: CChar.self))
            unsafe nodes[node] = curl_slist(data: start, next: nodes + node + 1)
            node += 1
        }
        var end = 0
        for field in fields {
            unsafe nodes[node] = curl_slist(data: text + end, next: nodes + node + 1)
            node += 1
            append(field.name, &end)
            unsafe text[end] = CChar(0x3a)
            unsafe text[end + 1] = CChar(0x20)
            end += 2
            append(field.value, &end)
            unsafe text[end] = 0
            end += 1
        }
        guard node > 0 else { return nil }
        unsafe nodes[node - 1].next = nil
        return unsafe nodes
    }

    private mutating func makeRoom(nodes nodeCount: Int, text size: Int) {
        if nodeCount > nodeCapacity {
            unsafe nodes.deallocate()
            nodeCapacity = nodeCount * 2
            unsafe nodes = UnsafeMutablePointer<curl_slist>.allocate(capacity: nodeCapacity)
        }
        if size > textCapacity {
            unsafe text.deallocate()
            textCapacity = size * 2
            unsafe text = UnsafeMutablePointer<CChar>.allocate(capacity: textCapacity)
        }
    }

    private func append(_ string: String, _ end: inout Int) {
        var string = string
        let start = unsafe text + end
        end += string.withUTF8 { bytes in
            guard let source = bytes.baseAddress else { return 0 }
            unsafe UnsafeMutableRawPointer(start).copyMemory(from: source, byteCount: bytes.count)
            return bytes.count
        }
    }
}
