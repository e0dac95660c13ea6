#include "CScan.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)

typedef uint8_t block __attribute__((ext_vector_type(64)));
typedef bool lanes __attribute__((ext_vector_type(64)));
typedef uint64_t bits;

#define INLINE static inline __attribute__((always_inline))
#define LOAD(into, from) memcpy(&(into), (from), 64)
// Bit n of the result is lane n of a comparison.
#define BITS(comparison)                                             \
    ({                                                               \
        lanes gathered_ = __builtin_convertvector(comparison, lanes); \
        bits result_;                                                \
        memcpy(&result_, &gathered_, 8);                             \
        result_;                                                     \
    })

// The characters behind an odd number of backslashes. `carry` is 1 when the first one is, by what was before it.
//
// After simdjson's json_escape_scanner (J. Keiser, D. Lemire): the carries of one subtraction run along each series of backslashes.
INLINE bits escaped_characters(bits backslashes, bits *carry) {
    const bits odd = 0xAAAAAAAAAAAAAAAAULL;
    bits starts = backslashes & ~*carry;
    bits codes = (((starts << 1) | odd) - starts) ^ odd;
    bits escaped = codes ^ (backslashes | *carry);
    *carry = (codes & backslashes) >> 63;
    return escaped;
}

INLINE cscan_string_end scan_string(const uint8_t *text, size_t at, size_t count) {
    // `safe` is the last place where no escape is under way.
    size_t safe = at;
    bits is_escaped = 0, hex_due = 0;
    int has_escapes = 0;
    while (at + 64 <= count) {
        block input;
        LOAD(input, text + at);
        bits quotes = BITS(input == '"');
        bits backslashes = BITS(input == '\\');
        bits controls = BITS(input < 0x20);
        if ((backslashes | is_escaped | hex_due) == 0) {
            bits stops = quotes | controls;
            if (stops != 0) {
                bits first = stops & -stops;
                size_t stop = at + (size_t)__builtin_ctzll(stops);
                return (cscan_string_end){.at = first & quotes ? stop : at, .is_closed = (first & quotes) != 0, .has_escapes = has_escapes};
            }
            at += 64;
            safe = at;
            continue;
        }
        bits escaped = escaped_characters(backslashes, &is_escaped);
        bits closing = quotes & ~escaped;
        closing &= -closing;
        // All of the block where there is no closing quote.
        bits before = closing - 1;
        bits letters = BITS((input == '/') | (input == 'b') | (input == 'f') | (input == 'n') | (input == 'r') | (input == 't'));
        bits unicode = BITS(input == 'u') & escaped;
        bits wrong = (controls | (escaped & ~(letters | unicode | quotes | backslashes))) & before;
        if ((unicode | hex_due) != 0) {
            bits hex = BITS(((input >= '0') & (input <= '9')) | (((input | 0x20) >= 'a') & ((input | 0x20) <= 'f')));
            bits due = unicode << 1 | unicode << 2 | unicode << 3 | unicode << 4 | hex_due;
            wrong |= due & ~hex & (before | closing);
            hex_due = unicode >> 63 | unicode >> 62 | unicode >> 61 | unicode >> 60;
        }
        if (wrong != 0) break;
        has_escapes |= ((escaped | backslashes) & before) != 0;
        if (closing != 0) return (cscan_string_end){.at = at + (size_t)__builtin_ctzll(closing), .is_closed = 1, .has_escapes = has_escapes};
        at += 64;
        if ((is_escaped | hex_due) == 0) safe = at;
    }
    return (cscan_string_end){.at = safe, .is_closed = 0, .has_escapes = has_escapes};
}

INLINE size_t scan_pair(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second) {
    while (at + 65 <= count) {
        block here, next;
        LOAD(here, text + at);
        LOAD(next, text + at + 1);
        bits places = BITS((here == first) & (next == second));
        if (places != 0) return at + (size_t)__builtin_ctzll(places);
        at += 64;
    }
    return at;
}

#define TARGET(features) __attribute__((target(features)))

TARGET("avx512f,avx512bw") static cscan_string_end string_512(const uint8_t *text, size_t at, size_t count) { return scan_string(text, at, count); }
TARGET("avx2") static cscan_string_end string_256(const uint8_t *text, size_t at, size_t count) { return scan_string(text, at, count); }
TARGET("avx512f,avx512bw") static size_t pair_512(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second) {
    return scan_pair(text, at, count, first, second);
}
TARGET("avx2") static size_t pair_256(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second) {
    return scan_pair(text, at, count, first, second);
}

static int width_of_cpu;
// Changed by tests while others run.
static _Atomic int width;

__attribute__((constructor)) static void ask_cpu(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512bw")) {
        width_of_cpu = 512;
    } else if (__builtin_cpu_supports("avx2")) {
        width_of_cpu = 256;
    }
    cscan_limit_width(width_of_cpu);
}

int cscan_limit_width(int most) {
    int chosen = width_of_cpu < most ? width_of_cpu : most;
    atomic_store_explicit(&width, chosen, memory_order_relaxed);
    return chosen;
}

cscan_string_end cscan_string(const uint8_t *text, size_t at, size_t count) {
    int chosen = atomic_load_explicit(&width, memory_order_relaxed);
    if (chosen == 512) return string_512(text, at, count);
    if (chosen == 256) return string_256(text, at, count);
    return (cscan_string_end){.at = at};
}

size_t cscan_pair(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second) {
    int chosen = atomic_load_explicit(&width, memory_order_relaxed);
    if (chosen == 512) return pair_512(text, at, count, first, second);
    if (chosen == 256) return pair_256(text, at, count, first, second);
    return at;
}

#else

int cscan_limit_width(int most) {
    (void)most;
    return 0;
}

cscan_string_end cscan_string(const uint8_t *text, size_t at, size_t count) {
    (void)text, (void)count;
    return (cscan_string_end){.at = at};
}

size_t cscan_pair(const uint8_t *text, size_t at, size_t count, uint8_t first, uint8_t second) {
    (void)text, (void)count, (void)first, (void)second;
    return at;
}

#endif
