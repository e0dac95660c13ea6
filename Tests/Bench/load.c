// A load generator for what wrk cannot do: a fixed rate, and many streams. One thread, one epoll set.
//
//   load rate PORT RATE SECONDS CONNECTIONS REQUEST_FILE
//       Asks RATE times a second, whether answers come or not, and prints the latency from the moment a request was due.
//   load streams PORT COUNT SECONDS REQUEST_FILE
//       Keeps COUNT streams open and prints how many events came after all of them had begun. SECONDS 0: until standard input ends.
//
// Prints one line of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    int fd;
    int busy;
    int began;
    int headers_done;
    long body_left;
    uint64_t due;
    char head[8192];
    size_t head_size;
    char last;
} Connection;

static struct sockaddr_in address;
static char *request;
static size_t request_size;
static int epoll;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void open_connection(Connection *connection) {
    int yes = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->fd < 0) fail("socket");
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
    connection->busy = connection->began = connection->headers_done = 0;
    connection->head_size = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) fail("epoll_ctl");
}

static void send_request(Connection *connection) {
    size_t sent = 0;
    while (sent < request_size) {
        ssize_t count = send(connection->fd, request + sent, request_size - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) fail("send");
        if (count > 0) sent += (size_t)count;
    }
    connection->busy = 1;
    connection->headers_done = 0;
    connection->head_size = 0;
}

static void read_request(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path);
    fseek(file, 0, SEEK_END);
    request_size = (size_t)ftell(file);
    rewind(file);
    request = malloc(request_size);
    if (fread(request, 1, request_size, file) != request_size) fail(path);
    fclose(file);
}

static int compare(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

// Takes bytes of an answer with a content-length. Returns 1 when it is whole.
static int take(Connection *connection, const char *data, size_t size) {
    if (!connection->headers_done) {
        size_t room = sizeof connection->head - 1 - connection->head_size;
        size_t count = size < room ? size : room;
        memcpy(connection->head + connection->head_size, data, count);
        connection->head_size += count;
        connection->head[connection->head_size] = 0;
        char *end = strstr(connection->head, "\r\n\r\n");
        if (end == NULL) return 0;
        if (strncmp(connection->head, "HTTP/1.1 200", 12) != 0) {
            fprintf(stderr, "not 200: %.200s\n", connection->head);
            exit(1);
        }
        char *length = strcasestr(connection->head, "content-length:");
        if (length == NULL) {
            fprintf(stderr, "no content-length\n");
            exit(1);
        }
        connection->headers_done = 1;
        connection->body_left = atol(length + 15) - (long)(connection->head + connection->head_size - (end + 4));
    } else {
        connection->body_left -= (long)size;
    }
    return connection->body_left <= 0;
}

static void run_rate(int rate, int seconds, int count) {
    Connection *connections = calloc((size_t)count, sizeof *connections);
    for (int i = 0; i < count; i++) open_connection(&connections[i]);
    size_t total = (size_t)rate * (size_t)seconds, asked = 0, answered = 0;
    uint64_t *latencies = malloc(total * sizeof *latencies);
    uint64_t interval = 1000000000ull / (uint64_t)rate, start = now() + 1000000;
    char buffer[65536];
    int next = 0;
    while (answered < total) {
        uint64_t time = now();
        while (asked < total && start + asked * interval <= time) {
            int tries = 0;
            while (connections[next].busy && tries++ < count) next = (next + 1) % count;
            if (connections[next].busy) break;  // all busy: the time it waits counts
            connections[next].due = start + asked * interval;
            send_request(&connections[next]);
            next = (next + 1) % count;
            asked++;
        }
        // Spinning for the last moments keeps the sender's own lateness out of the figures.
        int64_t wait = asked < total ? (int64_t)(start + asked * interval - now()) : 1000000000;
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, wait > 1500000 ? (int)(wait / 1000000) - 1 : 0);
        for (int i = 0; i < ready; i++) {
            Connection *connection = events[i].data.ptr;
            ssize_t size = recv(connection->fd, buffer, sizeof buffer, 0);
            if (size == 0) fail("the server closed a connection");
            if (size < 0) continue;
            if (take(connection, buffer, (size_t)size)) {
                latencies[answered++] = now() - connection->due;
                connection->busy = 0;
            }
        }
    }
    qsort(latencies, total, sizeof *latencies, compare);
    printf("{\"requests\": %zu, \"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n", total, latencies[total / 2] / 1e3,
           latencies[total * 9 / 10] / 1e3, latencies[total * 99 / 100] / 1e3, latencies[total - 1] / 1e3);
}

static void run_streams(int count, int seconds) {
    Connection *connections = calloc((size_t)count, sizeof *connections);
    int began = 0;
    uint64_t events_seen = 0, bytes = 0, measured_from = 0, end = 0;
    for (int i = 0; i < count; i++) {
        open_connection(&connections[i]);
        send_request(&connections[i]);
    }
    if (seconds == 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
        fcntl(0, F_SETFL, O_NONBLOCK);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event) != 0) fail("standard input");
    }
    char buffer[262144];
    for (;;) {
        struct epoll_event ready_events[256];
        int ready = epoll_wait(epoll, ready_events, 256, 100);
        for (int i = 0; i < ready; i++) {
            Connection *connection = ready_events[i].data.ptr;
            if (connection == NULL) {
                if (read(0, buffer, sizeof buffer) <= 0 && errno != EAGAIN) return;
                continue;
            }
            ssize_t size = recv(connection->fd, buffer, sizeof buffer, 0);
            if (size < 0) continue;
            if (size == 0) {
                fprintf(stderr, "a stream ended\n");
                exit(1);
            }
            if (!connection->began) {
                if (strncmp(buffer, "HTTP/1.1 200", 12) != 0) {
                    fprintf(stderr, "not 200: %.*s\n", (int)(size < 300 ? size : 300), buffer);
                    exit(1);
                }
                connection->began = 1;
                if (++began == count) {
                    measured_from = now();
                    end = measured_from + (uint64_t)seconds * 1000000000ull;
                    events_seen = bytes = 0;
                    printf("{\"began\": %d}\n", count);
                    fflush(stdout);
                }
            }
            bytes += (uint64_t)size;
            for (ssize_t at = 0; at < size; at++) {
                if (buffer[at] == '\n' && connection->last == '\n') events_seen++;
                connection->last = buffer[at];
            }
        }
        if (seconds > 0 && end > 0 && now() >= end) break;
    }
    printf("{\"events\": %llu, \"bytes\": %llu, \"seconds\": %.3f}\n", (unsigned long long)events_seen, (unsigned long long)bytes, (now() - measured_from) / 1e9);
}

int main(int count, char **words) {
    if (count < 6) {
        fprintf(stderr, "load rate PORT RATE SECONDS CONNECTIONS FILE | load streams PORT COUNT SECONDS FILE\n");
        return 64;
    }
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(words[2]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll = epoll_create1(0);
    if (strcmp(words[1], "rate") == 0 && count == 7) {
        read_request(words[6]);
        run_rate(atoi(words[3]), atoi(words[4]), atoi(words[5]));
    } else {
        read_request(words[5]);
        run_streams(atoi(words[3]), atoi(words[4]));
    }
    return 0;
}
