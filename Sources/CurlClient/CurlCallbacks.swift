import CCurl

/// The functions libcurl calls. Each gets the object it was set up with, which lives as long as libcurl knows it.
enum CurlCallbacks {
    static let header: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let line = unsafe UnsafeRawBufferPointer(start: data, count: size * count).bindMemory(to: UInt8.self).span
        let handle = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
        return handle.receivedHeaderLine(line) ? size * count : 0
    }

    static let write: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
        guard let transfer = handle.transfer else { return 0 }
        guard transfer.mayTake(size * count) else { return Int(CURL_WRITEFUNC_PAUSE) }
        transfer.received { unsafe $0.append(contentsOf: UnsafeRawBufferPointer(start: data, count: size * count)) }
        return size * count
    }

    static let read: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
        return unsafe handle.read(into: UnsafeMutableRawBufferPointer(start: data, count: size * count))
    }

    static let seek: ccurl_seek_callback = { context, offset, origin in
        guard let context = unsafe context, origin == 0 else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
        let handle = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
        return handle.seek(to: Int(offset)) ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_FAIL)
    }

    static let request: ccurl_request_callback = { context, _, _, _, _ in
        guard let context = unsafe context else { return Int32(CURL_PREREQFUNC_ABORT) }
        let handle = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
        return Int32(handle.maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
    }

    static let openedSocket: ccurl_sockopt_callback = { context, socket, _ in
        guard let context = unsafe context else { return Int32(CURL_SOCKOPT_ERROR) }
        let easy = unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue()
        easy.multi.opened(socket, for: easy)
        return Int32(CURL_SOCKOPT_OK)
    }

    static let closeSocket: ccurl_close_callback = { context, socket in
        guard let context = unsafe context else { return 1 }
        unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().close(socket)
        return 0
    }

    static let socket: ccurl_socket_callback = { easy, socket, what, context, _ in
        guard let context = unsafe context else { return 0 }
        let user = unsafe easy.flatMap { unsafe CurlEasy.of($0) }
        unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, what: Int32(what), for: user)
        return 0
    }

    static let timer: ccurl_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
        return 0
    }
}
