#pragma once

#include <zlib.h>

// deflateInit2 and inflateInit2 are macros. 15 bits of window, no header of zlib's or gzip's: whoever stores it has a checksum of its own.

static inline int weir_deflate_begin(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}

static inline int weir_inflate_begin(z_stream *stream) { return inflateInit2(stream, -15); }
