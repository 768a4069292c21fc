#include <smithy/http.h>

#define FIRST_CAPACITY 16
#define MAX_HEADERS    1024

static smithy_status grow(smithy_headers *headers, smithy_call *call) {
    if (headers->count >= MAX_HEADERS) return smithy_call_fail(call, SMITHY_ERROR_LIMIT, "more than 1024 HTTP headers");
    const size_t capacity = headers->capacity ? headers->capacity * 2 : FIRST_CAPACITY;
    smithy_header *items = smithy_call_alloc(call, capacity, sizeof *items);
    if (!items) return smithy_call_status(call);
    if (headers->count) memcpy(items, headers->items, headers->count * sizeof *items);
    headers->items = items;
    headers->capacity = capacity;
    return SMITHY_OK;
}

smithy_status smithy_headers_add(smithy_headers *headers, smithy_str name, smithy_str value, smithy_call *call) {
    if (headers->count == headers->capacity) SMITHY_TRY(grow(headers, call));
    headers->items[headers->count++] = (smithy_header){name, value};
    return SMITHY_OK;
}

smithy_status smithy_headers_set(smithy_headers *headers, smithy_str name, smithy_str value, smithy_call *call) {
    size_t kept = 0;
    bool found = false;
    for (size_t i = 0; i < headers->count; i++) {
        smithy_header header = headers->items[i];
        if (smithy_str_equal_nocase(header.name, name)) {
            if (found) continue;
            found = true;
            header = (smithy_header){name, value};
        }
        headers->items[kept++] = header;
    }
    headers->count = kept;
    return found ? SMITHY_OK : smithy_headers_add(headers, name, value, call);
}

void smithy_headers_remove(smithy_headers *headers, const char *name) {
    const smithy_str wanted = smithy_str_from(name);
    size_t kept = 0;
    for (size_t i = 0; i < headers->count; i++)
        if (!smithy_str_equal_nocase(headers->items[i].name, wanted)) headers->items[kept++] = headers->items[i];
    headers->count = kept;
}

smithy_str smithy_headers_get(const smithy_headers *headers, const char *name) {
    const smithy_str wanted = smithy_str_from(name);
    for (size_t i = 0; i < headers->count; i++)
        if (smithy_str_equal_nocase(headers->items[i].name, wanted)) return headers->items[i].value;
    return (smithy_str){0};
}
