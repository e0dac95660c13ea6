#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

// One event of an epoll set; the kernel's struct is packed, which Swift cannot lay out.
typedef struct {
    uint32_t events;
    uint32_t reserved;
    uint64_t token;
} clinux_event;

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int fd);
// Waits at most `milliseconds` (-1: without end). Returns the number of events written, 0 also when a signal came.
int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int milliseconds);

int clinux_eventfd(void);
void clinux_eventfd_signal(int fd);
void clinux_eventfd_clear(int fd);

// A number of the calling thread that `clinux_set_thread_mark` set; NULL on a thread that set none.
void *clinux_thread_mark(void);
void clinux_set_thread_mark(void *mark);

// A non-blocking, close-on-exec listening TCP socket, or -errno.
int clinux_listen(const char *host, uint16_t port, int backlog);
// Room for one numeric address, its zone and its final NUL.
#define CLINUX_ADDRESS_BYTES 128
// Writes the numeric addresses of a host, one each CLINUX_ADDRESS_BYTES. Asks DNS and may block for a minute. Returns their number, or a negative
// code of getaddrinfo(3).
int clinux_resolve(const char *host, char *addresses, int capacity);
// Whether a text is a numeric IPv4 or IPv6 address.
int clinux_is_numeric(const char *host);
// The port a socket is bound to, or -errno.
int clinux_local_port(int fd);
// A non-blocking connection with TCP_NODELAY set, or -errno. Also the peer's address: the upper and the lower half of its 128 bits.
int clinux_accept(int listener, uint64_t *peer_high, uint64_t *peer_low);
long clinux_receive(int fd, void *buffer, size_t count);
long clinux_send(int fd, const void *buffer, size_t count);
// Laid out as the kernel's struct iovec.
typedef struct {
    const void *start;
    size_t count;
} clinux_piece;
// Sends pieces one behind the other, in one system call. Returns the number of bytes taken, or -errno.
long clinux_send_pieces(int fd, const clinux_piece *pieces, size_t count);
// Gives pages that hold no allocation any more back to the kernel. Takes milliseconds; never on a loop.
void clinux_trim_memory(void);
/// Lets go of the pages of code that are mapped; those that are run again are mapped again, at the price of a minor fault each.
void clinux_unmap_code(void);

// Lets the process have as many descriptors as it may. Returns how many that is.
int64_t clinux_raise_descriptor_limit(void);

// How many processors the process may run on, at least 1.
int clinux_processors(void);

// Milliseconds since 1970 on the wall clock.
int64_t clinux_unix_milliseconds(void);

void clinux_shutdown_write(int fd);
void clinux_shutdown_both(int fd);
void clinux_reset(int fd);
void clinux_close(int fd);

#endif
