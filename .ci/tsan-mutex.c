// Loaded before a program that is built with ThreadSanitizer: tells it what Synchronization.Mutex does when two threads meet.
//
// An uncontended Mutex is an atomic operation in the code that uses it, which ThreadSanitizer sees. A contended one is taken and given
// back inside libswiftSynchronization.so, which is not instrumented, so that everything it guards looks like a race. These two functions
// stand before the library's own (swift/stdlib/public/Synchronization/Mutex/LinuxImpl.swift) and add the order they make: the address is
// that of the Mutex's atomic number, its first and only member. Nothing is suppressed. In a program without ThreadSanitizer they do nothing.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow(); `self` is passed where Swift passes it.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

typedef SWIFT void (*lock_function)(uint32_t, SELF);
typedef SWIFT void (*unlock_function)(SELF);

SWIFT void lock_slow(uint32_t state, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t state, SELF) {
    ((lock_function)dlsym(RTLD_NEXT, LOCK))(state, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
    if (__tsan_release) __tsan_release(self);
    ((unlock_function)dlsym(RTLD_NEXT, UNLOCK))(self);
}
