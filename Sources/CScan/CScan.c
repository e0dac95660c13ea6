#include "CScan.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

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

// The letters that may stand behind a backslash (RFC 8259, section 7), but for `r` and `u`: each in the place that its low four bits name. In the
// other places is what no byte with these four bits is.
static const uint8_t escapes[16] = {[0] = 1, [0x2] = 'b', [0x4] = 't', [0x6] = 'f', [0xE] = 'n', [0xF] = '/'};

// `are_escapes` says which of 64 bytes are those.
INLINE cscan_string_end scan_string(const uint8_t *text, size_t at, size_t count, bits (*are_escapes)(const block *)) {
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
        bits letters = are_escapes(&input) | BITS(input == 'r');
        bits unicode = BITS(input == 'u') & escaped;
        bits wrong = (controls | (escaped & ~(letters | unicode | quotes | backslashes))) & before;
        if ((unicode | hex_due) != 0) {
            bits hex = BITS(((input - '0') < 10) | (((input | 0x20) - 'a') < 6));
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

TARGET("avx512f,avx512bw") INLINE bits are_escapes_512(const block *input) {
    __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)escapes));
    return BITS((block)_mm512_shuffle_epi8(table, (__m512i)*input) == *input);
}
TARGET("avx2") INLINE bits are_escapes_256(const block *input) {
    __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)escapes));
    __m256i halves[2];
    memcpy(halves, input, 64);
    for (int half = 0; half < 2; half++) halves[half] = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, halves[half]), halves[half]);
    return (bits)(uint32_t)_mm256_movemask_epi8(halves[1]) << 32 | (uint32_t)_mm256_movemask_epi8(halves[0]);
}
TARGET("avx512f,avx512bw") static cscan_string_end string_512(const uint8_t *text, size_t at, size_t count) {
    return scan_string(text, at, count, are_escapes_512);
}
TARGET("avx2") static cscan_string_end string_256(const uint8_t *text, size_t at, size_t count) {
    return scan_string(text, at, count, are_escapes_256);
}
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
