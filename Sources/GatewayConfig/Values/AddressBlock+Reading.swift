import HTTPWire

extension ScalarType<AddressBlock> {
    private static let nobody: AddressBlock = {
        do { return try AddressBlock("255.255.255.255") } catch { preconditionFailure("an address is a block") }
    }()

    /// `10.0.0.0/8`, `::1`.
    static let addressBlock = ScalarType(placeholder: nobody) { scalar throws(ScalarMistake) in
        do throws(AddressBlock.Mistake) { return try AddressBlock(scalar.text) } catch {
            switch error {
            case .noAddress: throw ScalarMistake("must be IP addresses such as 10.0.0.0/8, 192.0.2.7 or ::1, not \(scalar.shown)")
            case .badLength(let max): throw ScalarMistake("must have a length from 0 to \(max) behind the slash")
            case .bitsBehindLength(let network):
                throw ScalarMistake("has bits set behind its length", hint: scalar.isReference ? nil : "write \(network)")
            }
        }
    }
}
