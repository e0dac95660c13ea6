/// Makes new inputs from old ones.
struct Mutator {
    /// What valid and nasty inputs look like.
    let corpus: [[UInt8]]
    /// Pieces that mean something to the parser.
    let words: [[UInt8]]

    init(corpus: [String], words: [String]) {
        self.corpus = corpus.map { Array($0.utf8) }
        self.words = words.map { Array($0.utf8) } + [[0], [0xFF], [0xC3, 0xA9]]
    }

    /// One of the corpus, changed up to five times.
    func input(using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 0...5, using: &generator) { change(&bytes, using: &generator) }
        return bytes
    }

    private func change(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let range = place..<min(bytes.count, place + Int.random(in: 0...12, using: &generator))
        switch Int.random(in: 0..<9, using: &generator) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(contentsOf: words.randomElement(using: &generator) ?? [], at: place)
        case 3: bytes.removeSubrange(range)
        case 4: bytes.insert(contentsOf: bytes[range], at: place)
        case 5: splice(&bytes, at: place, using: &generator)
        case 6: bytes.removeSubrange(place...)
        default: changeLineEnd(&bytes, using: &generator)
        }
    }

    /// Puts the rest of another input behind a place of this one.
    private func splice(_ bytes: inout [UInt8], at place: Int, using generator: inout SeededGenerator) {
        guard let other = corpus.randomElement(using: &generator) else { return }
        bytes.replaceSubrange(place..., with: other[Int.random(in: 0...other.count, using: &generator)...])
    }

    /// Bends one CR LF: loses half of it, doubles it, turns it over, puts something before or behind it.
    private func changeLineEnd(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        let ends = bytes.indices.filter { bytes[$0...].starts(with: [0x0D, 0x0A]) }
        guard let end = ends.randomElement(using: &generator) else { return }
        let forms = ["\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n", "\r\n ", "\r\n\t", "\0\r\n", "\r\n\n", "\r\n: ", ""].map { Array($0.utf8) }
        let form = Bool.random(using: &generator) ? words.randomElement(using: &generator) : forms.randomElement(using: &generator)
        let insertsWord = form.map { !forms.contains($0) } ?? false
        bytes.replaceSubrange(end..<(end + 2), with: insertsWord ? [0x0D, 0x0A] + (form ?? []) : form ?? [])
    }
}
