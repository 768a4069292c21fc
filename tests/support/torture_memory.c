/* Stands before the functions at the bottom of all memory, so that torture.h decides which of them fail. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "torture.h"

#include <smithy/system.h>

#include "core/arena.h"

#include <link.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- the runtime's own ---- */

/* The linker hands these every use of the function, and the function itself by its other name. */
const smithy_system *__real_smithy_system_default(void);
const smithy_system *__wrap_smithy_system_default(void);
smithy_status __real_smithy_arena_take(smithy_arena *arena, size_t size, size_t align, void **memory);
smithy_status __wrap_smithy_arena_take(smithy_arena *arena, size_t size, size_t align, void **memory);

static void *resize(void *context, void *block, size_t size) {
    const smithy_system *real = __real_smithy_system_default();
    (void)context;
    return size && torture_must_fail(TORTURE_BLOCKS) ? NULL : real->resize(real->context, block, size);
}

const smithy_system *__wrap_smithy_system_default(void) {
    static smithy_system tortured;
    if (!tortured.resize) {
        smithy_system copy = *__real_smithy_system_default();
        copy.resize = resize;
        tortured = copy;
    }
    return &tortured;
}

smithy_status __wrap_smithy_arena_take(smithy_arena *arena, size_t size, size_t align, void **memory) {
    return torture_must_fail(TORTURE_PIECES) ? SMITHY_ERROR_MEMORY
                                             : __real_smithy_arena_take(arena, size, align, memory);
}

/* ---- other libraries ---- */

/* Once a digest has been set up, OpenSSL takes no memory for it, and may fail all the same. */
int __real_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size, const EVP_MD *type,
                      ENGINE *engine);
int __wrap_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size, const EVP_MD *type,
                      ENGINE *engine);
int __real_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __real_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t count);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t count);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size);

int __wrap_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size, const EVP_MD *type,
                      ENGINE *engine) {
    return torture_must_fail(TORTURE_FOREIGN) ? 0 : __real_EVP_Digest(bytes, count, digest, size, type, engine);
}

int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine) {
    return torture_must_fail(TORTURE_FOREIGN) ? 0 : __real_EVP_DigestInit_ex(context, type, engine);
}

int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t count) {
    return torture_must_fail(TORTURE_FOREIGN) ? 0 : __real_EVP_DigestUpdate(context, bytes, count);
}

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size) {
    return torture_must_fail(TORTURE_FOREIGN) ? 0 : __real_EVP_DigestFinal_ex(context, digest, size);
}

/* malloc itself can be stood before where what is behind it has another name too. Valgrind has a malloc of its own, so
 * this is left to the builds that say so. */
#if defined(__SANITIZE_ADDRESS__)
#define REAL(function) __interceptor_##function
#elif defined(SMITHY_TORTURE_MALLOC) && defined(__GLIBC__)
#define REAL(function) __libc_##function
#endif

#if defined(REAL)

#define MAX_RANGES 16

/* Where the code of those libraries is. */
static struct { uintptr_t start, end; } ranges[MAX_RANGES];
static size_t range_count;

static bool is_tortured_library(const char *path) {
    static const char *const NAMES[] = {"/libcjson.so", "/libexpat.so", "/libcbor.so", "/libz.so", "/libcrypto.so"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strstr(path, NAMES[i])) return true;
    return false;
}

static int add_ranges(struct dl_phdr_info *library, size_t size, void *context) {
    (void)size;
    (void)context;
    if (!library->dlpi_name || !is_tortured_library(library->dlpi_name)) return 0;
    for (size_t i = 0; i < library->dlpi_phnum && range_count < MAX_RANGES; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        ranges[range_count].start = library->dlpi_addr + part->p_vaddr;
        ranges[range_count++].end = library->dlpi_addr + part->p_vaddr + part->p_memsz;
    }
    return 0;
}

/* Before main, so that nothing has been armed yet. */
__attribute__((constructor)) static void find_libraries(void) {
    dl_iterate_phdr(add_ranges, NULL);
}

/* Called from the first moment on, when the sanitizer is not ready yet. */
#define EARLY __attribute__((no_sanitize("address", "undefined")))

EARLY static bool is_foreign(const void *caller) {
    for (size_t i = 0; i < range_count; i++)
        if ((uintptr_t)caller >= ranges[i].start && (uintptr_t)caller < ranges[i].end) return true;
    return false;
}

#define FAILS_HERE() (is_foreign(__builtin_return_address(0)) && torture_must_fail(TORTURE_FOREIGN))

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);

EARLY SMITHY_API void *malloc(size_t size) {
    return FAILS_HERE() ? NULL : REAL(malloc)(size);
}

EARLY SMITHY_API void *calloc(size_t count, size_t size) {
    return FAILS_HERE() ? NULL : REAL(calloc)(count, size);
}

EARLY SMITHY_API void *realloc(void *block, size_t size) {
    return FAILS_HERE() ? NULL : REAL(realloc)(block, size);
}

#endif
