import GatewayDialects

/// What is wrong with a sequence of events; nil when it keeps the order that `ChatEvent` promises.
func grammarFault(_ events: [ChatEvent]) -> String? {
    var hasStarted = false
    var isOpen = false
    var hasStopped = false
    var hasFinished = false
    for (index, event) in events.enumerated() {
        if hasFinished { return "\(event) after the end, at \(index)" }
        if !hasStarted, event != .ping {
            switch event {
            case .start: break
            case .failure: break
            default: return "\(event) before the start, at \(index)"
            }
        }
        switch event {
        case .start:
            if hasStarted { return "a second start at \(index)" }
            hasStarted = true
        case .begin:
            if isOpen || hasStopped { return "a part begins inside another or after the stop, at \(index)" }
            isOpen = true
        case .delta(let text):
            if !isOpen || text.isEmpty { return "a delta outside a part, or an empty one, at \(index)" }
        case .seal:
            if !isOpen { return "a seal outside a part at \(index)" }
        case .end:
            if !isOpen { return "an end without a beginning at \(index)" }
            isOpen = false
        case .stop:
            if isOpen || hasStopped { return "a stop inside a part, or a second one, at \(index)" }
            hasStopped = true
        case .finish:
            if !hasStopped { return "a finish without a stop at \(index)" }
            hasFinished = true
        case .failure: hasFinished = true
        case .usage, .ping: break
        }
    }
    return nil
}
