import GatewayCore
import MonotonicClock
import Synchronization

/// What one worker still has to tell Redis about its reservations. Belongs to the worker.
///
/// Entries leave in batches, one batch at a time, numbered. A batch whose fate is unknown is sent again under its number until Redis says that it
/// has it; Redis carries out each number once. Beyond `entriesMax` entries, what calls used is added up for each counter, and what they held is
/// left to its lease.
final class QuotaOutbox {
    private struct Entry {
        let key: QuotaKey
        let allowance: QuotaAllowance
        /// nil: used without a reservation.
        let id: String?
        /// -1: not known.
        let held: Int
        var actual: Int
        var usedAt: Instant
    }

    private struct Batch {
        let number: Int
        let entries: [Entry]
    }

    private static let entriesMax = 10_000
    private static let countersMax = 10_000
    private static let batchMax = 64
    private static let pauseMax = Duration.seconds(1)

    let leases: QuotaLeases
    private let worker: any WorkerServices
    private let text: RedisQuotaText
    private let settings: RedisQuotaSettings
    private let name: String
    private var waiting: [Entry] = []
    /// What was used while Redis could not be asked.
    private var charges: [QuotaKey: Entry] = [:]
    private var batch: Batch?
    private var batchNumber = 0
    private var reservationNumber = 0
    private var isSending = false

    init(worker: any WorkerServices, text: RedisQuotaText, settings: RedisQuotaSettings) {
        self.worker = worker
        self.text = text
        self.settings = settings
        // Two numbers of 48 bits: no other worker of any pod has the same.
        name = TraceContext.hex(UInt64(worker.random(below: 1 << 48))) + TraceContext.hex(UInt64(worker.random(below: 1 << 48)))
        leases = QuotaLeases(worker: worker, text: text, settings: settings)
    }

    func newReservationID() -> String {
        reservationNumber += 1
        return "\(name)-\(reservationNumber)"
    }

    /// Ends a reservation.
    func settle(_ items: [QuotaReservation.Item], id: String, actual: [Int]) {
        leases.remove(id)
        for (item, actual) in zip(items, actual) {
            // A request that counts is counted already.
            guard item.allowance.isHeld || actual == 0 else { continue }
            append(Entry(key: item.key, allowance: item.allowance, id: id, held: item.amount, actual: actual, usedAt: worker.now))
        }
        send()
    }

    /// Takes back a reservation that may or may not have been made.
    func undo(_ demands: [QuotaDemand], id: String) {
        for demand in demands {
            let held = if case .part = demand.room { -1 } else { demand.amount }
            append(Entry(key: demand.key, allowance: demand.allowance, id: id, held: held, actual: 0, usedAt: worker.now))
        }
        send()
    }

    /// Counts what was used without a reservation; less than 0 takes back what has not been told yet.
    func charge(_ key: QuotaKey, _ allowance: QuotaAllowance, _ amount: Int) {
        add(Entry(key: key, allowance: allowance, id: nil, held: 0, actual: amount, usedAt: worker.now))
        send()
    }

    private func append(_ entry: Entry) {
        guard waiting.count >= Self.entriesMax else {
            settings.backlog.add(1, ordering: .relaxed)
            return waiting.append(entry)
        }
        if entry.allowance.isMetered, entry.actual > 0 { add(entry) }
    }

    private func add(_ entry: Entry) {
        guard charges[entry.key] != nil || charges.count < Self.countersMax else {
            settings.lost.add(1, ordering: .relaxed)
            return
        }
        if charges[entry.key] == nil { settings.backlog.add(1, ordering: .relaxed) }
        var sum = charges[entry.key] ?? Entry(key: entry.key, allowance: entry.allowance, id: nil, held: 0, actual: 0, usedAt: entry.usedAt)
        sum.actual += entry.actual
        sum.usedAt = entry.usedAt
        charges[entry.key] = sum
    }
}

// Sending.
extension QuotaOutbox {
    private func send() {
        guard !isSending, !waiting.isEmpty || !charges.isEmpty || batch != nil else { return }
        isSending = true
        let carried = OnOneWorker(value: self)
        worker.spawn { await carried.value.run() }
    }

    private func run() async {
        defer { isSending = false }
        var pause = Duration.milliseconds(20)
        while let batch = nextBatch() {
            guard let redis = worker.redis else { return forgetAll() }
            do {
                _ = try await redis.run(QuotaScripts.settle, keys: keys(of: batch), arguments: arguments(of: batch))
                done(batch)
                pause = .milliseconds(20)
            } catch {
                // Of a script that fails by itself, the next attempt would fail too.
                if case .refused(code: "ERR") = error {
                    settings.lost.add(batch.entries.count, ordering: .relaxed)
                    done(batch)
                    continue
                }
                do { try await worker.sleep(for: pause, cancellation: Cancellation()) } catch { return }
                pause = min(pause * 2, Self.pauseMax)
            }
        }
    }

    /// The batch whose fate is unknown, or a new one.
    private func nextBatch() -> Batch? {
        if let batch { return batch }
        var entries = Array(waiting.prefix(Self.batchMax))
        waiting.removeFirst(entries.count)
        for (key, charge) in charges.prefix(Self.batchMax - entries.count) {
            charges[key] = nil
            entries.append(charge)
        }
        guard !entries.isEmpty else { return nil }
        batchNumber += 1
        batch = Batch(number: batchNumber, entries: entries)
        return batch
    }

    private func done(_ sent: Batch) {
        settings.backlog.subtract(sent.entries.count, ordering: .relaxed)
        batch = nil
    }

    /// The file names no Redis any more.
    private func forgetAll() {
        settings.backlog.subtract(waiting.count + charges.count + (batch?.entries.count ?? 0), ordering: .relaxed)
        (waiting, charges, batch) = ([], [:], nil)
    }

    private func keys(of batch: Batch) -> [[UInt8]] {
        var keys = [text.batchKey(worker: name)]
        for entry in batch.entries {
            let (state, holds) = text.keys(entry.key)
            keys += [state, holds]
        }
        return keys
    }

    private func arguments(of batch: Batch) -> [[UInt8]] {
        let (now, unix) = (worker.now, worker.secondsSince1970)
        let lines = batch.entries.map { entry in
            text.entry(
                entry.allowance, id: entry.id, held: entry.held, actual: max(0, entry.actual), age: entry.usedAt.duration(to: now), unix: unix)
        }
        return [settings.time, Array("\(batch.number)".utf8), settings.leaseText] + lines
    }
}
