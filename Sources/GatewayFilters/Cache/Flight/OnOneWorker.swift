/// Carries something that belongs to one worker into a closure that runs on that same worker.
///
/// The compiler asks that what a spawned closure captures may go to any thread, since it cannot see that `WorkerServices.spawn` stays on the
/// worker. What is inside is only touched by code that runs there: this promise is made here and nowhere else.
struct OnOneWorker<Value>: @unchecked Sendable {
    let value: Value
}
