#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BATCH 256

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, fd, &event) == 0 ? 0 : -errno;
}

int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) { return control(epoll, EPOLL_CTL_ADD, fd, events, token); }
int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) { return control(epoll, EPOLL_CTL_MOD, fd, events, token); }
int clinux_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int milliseconds) {
    struct epoll_event raw[BATCH];
    int count = epoll_wait(epoll, raw, capacity < BATCH ? capacity : BATCH, milliseconds);
    for (int i = 0; i < count; i++) {
        events[i].events = raw[i].events;
        events[i].token = raw[i].data.u64;
    }
    return count < 0 ? 0 : count;
}

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void clinux_eventfd_signal(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void clinux_eventfd_clear(int fd) {
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
}

static __thread void *thread_mark;
void *clinux_thread_mark(void) { return thread_mark; }
void clinux_set_thread_mark(void *mark) { thread_mark = mark; }

int clinux_listen(const char *host, uint16_t port, int backlog) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0 || found == NULL) return -EADDRNOTAVAIL;
    int result = -EADDRNOTAVAIL;
    for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
        int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            result = -errno;
            continue;
        }
        int yes = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, backlog) == 0) {
            result = fd;
            break;
        }
        result = -errno;
        close(fd);
    }
    freeaddrinfo(found);
    return result;
}

int clinux_resolve(const char *host, char *addresses, int capacity) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error != 0) return error > 0 ? -error : error;
    int count = 0;
    for (struct addrinfo *address = found; address != NULL && count < capacity; address = address->ai_next) {
        char *text = addresses + count * CLINUX_ADDRESS_BYTES;
        if (getnameinfo(address->ai_addr, address->ai_addrlen, text, CLINUX_ADDRESS_BYTES, NULL, 0, NI_NUMERICHOST) == 0) count++;
    }
    freeaddrinfo(found);
    return count;
}

int clinux_is_numeric(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

int clinux_local_port(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -errno;
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

// The 16 bytes of an IPv6 address; IPv4 as IPv6 maps it (RFC 4291, section 2.5.5.2).
static void peer_bytes(const struct sockaddr_storage *address, uint8_t *bytes) {
    memset(bytes, 0, 16);
    if (address->ss_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    } else if (address->ss_family == AF_INET) {
        bytes[10] = bytes[11] = 0xff;
        memcpy(bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    }
}

int clinux_accept(int listener, uint64_t *peer_high, uint64_t *peer_low) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    int fd = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return -errno;
    uint64_t halves[2];
    peer_bytes(&address, (uint8_t *)halves);
    *peer_high = be64toh(halves[0]);
    *peer_low = be64toh(halves[1]);
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // tcp(7): "writable" comes back when less than this is unsent, so a slow reader is seen to make progress, and costs no megabytes.
    int unsent = 128 << 10;
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    return fd;
}

long clinux_receive(int fd, void *buffer, size_t count) {
    for (;;) {
        ssize_t received = recv(fd, buffer, count, 0);
        if (received >= 0) return received;
        if (errno != EINTR) return -errno;
    }
}

long clinux_send(int fd, const void *buffer, size_t count) {
    for (;;) {
        ssize_t sent = send(fd, buffer, count, MSG_NOSIGNAL);
        if (sent >= 0) return sent;
        if (errno != EINTR) return -errno;
    }
}

_Static_assert(sizeof(clinux_piece) == sizeof(struct iovec) && offsetof(clinux_piece, count) == offsetof(struct iovec, iov_len), "struct iovec");

long clinux_send_pieces(int fd, const clinux_piece *pieces, size_t count) {
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
    for (;;) {
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent >= 0) return sent;
        if (errno != EINTR) return -errno;
    }
}

// Of mimalloc, in programs that are linked with it; in others libc has the memory.
__attribute__((weak)) void mi_collect(bool force);

void clinux_trim_memory(void) {
    if (mi_collect) {
        mi_collect(true);
    } else {
        malloc_trim(0);
    }
}

// Pages of code are the file's: what is unmapped here comes back from the page cache when it is run again.
void clinux_unmap_code(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps) return;
    char line[1024];
    unsigned long start, end;
    char permissions[5];
    int path;
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %n", &start, &end, permissions, &path) == 3 && strcmp(permissions, "r-xp") == 0 && line[path] == '/')
            madvise((void *)start, end - start, MADV_DONTNEED);
    }
    fclose(maps);
}

int64_t clinux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

int clinux_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int64_t clinux_unix_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clinux_shutdown_write(int fd) { shutdown(fd, SHUT_WR); }
void clinux_shutdown_both(int fd) { shutdown(fd, SHUT_RDWR); }

void clinux_reset(int fd) {
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

void clinux_close(int fd) { close(fd); }
