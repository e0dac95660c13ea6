#ifndef CHIREDIS_SHIM_H
#define CHIREDIS_SHIM_H

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>
#include <stdlib.h>

// hiredis 0.14 builds a reply of any size in memory. These functions stand before its own and refuse to go on when one reply holds more than
// its bound; hiredis then reports REDIS_ERR_OOM, and the connection ends.
typedef struct {
    redisReplyObjectFunctions functions;
    redisReplyObjectFunctions *original;
    size_t bytes;
    size_t bytes_max;
} chiredis_limit;

static inline int chiredis_charge(const redisReadTask *task, size_t bytes) {
    chiredis_limit *limit = (chiredis_limit *)task->privdata;
    if (task->parent == NULL) limit->bytes = 0;
    if (bytes > limit->bytes_max - limit->bytes) return 0;
    limit->bytes += bytes;
    return 1;
}

static void *chiredis_create_string(const redisReadTask *task, char *text, size_t length) {
    if (!chiredis_charge(task, sizeof(redisReply) + length)) return NULL;
    return ((chiredis_limit *)task->privdata)->original->createString(task, text, length);
}

static void *chiredis_create_array(const redisReadTask *task, int count) {
    if (count < 0 || !chiredis_charge(task, sizeof(redisReply) + (size_t)count * sizeof(redisReply *))) return NULL;
    return ((chiredis_limit *)task->privdata)->original->createArray(task, count);
}

static void *chiredis_create_integer(const redisReadTask *task, long long value) {
    if (!chiredis_charge(task, sizeof(redisReply))) return NULL;
    return ((chiredis_limit *)task->privdata)->original->createInteger(task, value);
}

static void *chiredis_create_nil(const redisReadTask *task) {
    if (!chiredis_charge(task, sizeof(redisReply))) return NULL;
    return ((chiredis_limit *)task->privdata)->original->createNil(task);
}

// To be freed with `free` after the context. NULL: out of memory.
static inline chiredis_limit *chiredis_limit_replies(redisAsyncContext *context, size_t bytes_max) {
    chiredis_limit *limit = (chiredis_limit *)calloc(1, sizeof(chiredis_limit));
    if (limit == NULL) return NULL;
    redisReader *reader = context->c.reader;
    limit->original = reader->fn;
    limit->bytes_max = bytes_max;
    limit->functions = *reader->fn;
    limit->functions.createString = chiredis_create_string;
    limit->functions.createArray = chiredis_create_array;
    limit->functions.createInteger = chiredis_create_integer;
    limit->functions.createNil = chiredis_create_nil;
    reader->fn = &limit->functions;
    reader->privdata = limit;
    return limit;
}

// Bytes read that belong to no whole reply yet.
static inline size_t chiredis_unread(const redisAsyncContext *context) { return context->c.reader->len - context->c.reader->pos; }

// Bytes of commands that the socket has not taken yet.
static inline size_t chiredis_unsent(const redisAsyncContext *context) { return sdslen(context->c.obuf); }

#endif
