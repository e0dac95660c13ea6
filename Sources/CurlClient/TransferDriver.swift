/// What moves the bytes of one transfer: libcurl, or a connection of our own.
protocol TransferDriver: AnyObject {
    /// Lets go of a transfer that has ended too soon; its connection is closed.
    func abandon()
    /// Goes on reading: the transfer has room again.
    func resume()
}
