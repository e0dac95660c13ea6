/// A credential that somebody gave out for some time.
struct FetchedValue<Value: Sendable>: Sendable {
    let value: Value
    let lifetime: Duration
}
