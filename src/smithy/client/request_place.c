/* What an input lacks, said with the way to it. The way is known as a chain from its end to the input, and written only
 * where something is missing: from its end, too. */
#include "client/request_internal.h"
#include "core/utf8.h"

#define MAX_WAY     256 /* Bytes; of a longer one the end is told. */
#define MAX_KEY     40  /* Of a map's key, which may be anything. */
#define CUT         "..."
#define CUT_LEN     (sizeof CUT - 1)
#define MAX_INDEX   24 /* "[18446744073709551615]" and its end. */
#define MAX_ENCLOSE 6  /* [""] around a key, its end, and one to spare. */

typedef struct way {
    char text[MAX_WAY + 1];
    size_t start; /* Of what is written; it goes on to the end of `text`. */
    bool is_cut;
} way;

/* Room for the mark of a cut is always left. */
static void put_before(way *written, const char *text, size_t len) {
    if (written->is_cut) return;
    if (len + CUT_LEN > written->start) {
        written->is_cut = true;
        text = CUT;
        len = CUT_LEN;
    }
    written->start -= len;
    memcpy(written->text + written->start, text, len);
}

static void put_member(way *written, const char *member, bool is_first) {
    put_before(written, member, strlen(member));
    if (!is_first) put_before(written, ".", 1);
}

static void put_item(way *written, size_t index) {
    char text[MAX_INDEX];
    put_before(written, text, (size_t)snprintf(text, sizeof text, "[%zu]", index));
}

/* On one line, whatever it holds. */
static void put_entry(way *written, smithy_str key) {
    char text[MAX_KEY + MAX_ENCLOSE];
    const bool fits = key.len <= MAX_KEY;
    const int len = fits ? (int)key.len : (int)smithy_utf8_cut(key.ptr, MAX_KEY);
    const int written_len = snprintf(text, sizeof text, "[\"%.*s\"]", len, key.ptr ? key.ptr : "");
    for (int i = 0; i < written_len; i++)
        if ((unsigned char)text[i] < ' ') text[i] = ' ';
    put_before(written, text, (size_t)written_len);
}

void smithy_request_lacks(smithy_request *request, const smithy_place *place, const char *member) {
    way written = {.start = MAX_WAY};
    put_member(&written, member, !place);
    for (; place; place = place->holder) {
        if (place->member)
            put_member(&written, place->member, !place->holder);
        else if (place->key.ptr)
            put_entry(&written, place->key);
        else
            put_item(&written, place->index);
    }
    request_refuse(request, written.text + written.start, "is required");
}
