// Loaded before the gateway: look-ups of names with "slow-name" in them take SLOW_NAME_SECONDS, and end in 127.0.0.1;
// those with ".invalid" in them end in nothing.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup_function)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    lookup_function lookup = (lookup_function)dlsym(RTLD_NEXT, "getaddrinfo");
    if (name == NULL || strstr(name, "slow-name") == NULL) return lookup(name, service, hints, result);
    const char *seconds = getenv("SLOW_NAME_SECONDS");
    sleep(seconds != NULL ? (unsigned)atoi(seconds) : 1);
    if (strstr(name, ".invalid") != NULL) return EAI_NONAME;
    return lookup("127.0.0.1", service, hints, result);
}
