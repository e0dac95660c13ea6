#ifndef CSCAN_H
#define CSCAN_H

#include <stddef.h>
#include <stdint.h>

// Searches 64 bytes at a time, with the instructions that the CPU has for it. Swift 6.3 has no way to ask for these: its comparisons of bytes
// compile to one branch a lane. On CPUs that are not x86-64 with AVX2 they return at once, having found nothing, and Swift does the work.

// For tests of what other CPUs do: at most so many bits at a time from now on, 0, 256 or 512.
//
// Returns how many it is, which may be fewer.
int cscan_limit_width(int most);

typedef struct {
    // Where the closing quote is; or else where to go on, byte by byte.
    size_t at;
    int is_closed;
    int has_escapes;
} cscan_string_end;

// Looks for the end of a JSON string (RFC 8259, section 7). `at` stands inside it, not inside an escape.
//
// Stops without having found it where less than 64 bytes are left, or shortly before something that may not stand in a string. What is before the
// place returned has been checked.
cscan_string_end cscan_string(const uint8_t *text, size_t at, size_t count);

// The first place at or behind `at` where the byte `first` stands before `second`; or else a place before which there is none, less than 65 bytes before
// the end.
size_t cscan_pair(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second);

#endif
