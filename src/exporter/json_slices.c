#include "json_slices.h"

static void skip_space(json_slices *slices) {
    while (slices->at < slices->text.len && strchr(" \t\r\n", slices->text.ptr[slices->at]) &&
           slices->text.ptr[slices->at] != 0)
        slices->at++;
}

static bool take(json_slices *slices, char wanted) {
    skip_space(slices);
    if (slices->at == slices->text.len || slices->text.ptr[slices->at] != wanted) return false;
    slices->at++;
    return true;
}

/* From an opening quote to behind the closing one. */
static bool skip_string(json_slices *slices) {
    for (slices->at++; slices->at < slices->text.len; slices->at++) {
        const char c = slices->text.ptr[slices->at];
        if (c == '"') return slices->at++, true;
        if (c == '\\') slices->at++;
    }
    return false;
}

/* Over one value of any kind. What lies inside of a nested container is checked by whoever parses the slice. */
static bool skip_value(json_slices *slices) {
    size_t depth = 0;
    const size_t start = slices->at;
    while (slices->at < slices->text.len) {
        const char c = slices->text.ptr[slices->at];
        if (c == '"') {
            if (!skip_string(slices)) return false;
            if (depth == 0) return true;
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') {
            if (depth == 0) break; /* The container's own end, behind a number or literal. */
            if (--depth == 0) return slices->at++, true;
        }
        if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) break;
        slices->at++;
    }
    return depth == 0 && slices->at > start;
}

bool json_slices_open(json_slices *slices, smithy_str text) {
    *slices = (json_slices){.text = text, .first = true};
    if (take(slices, '{')) return slices->closer = '}', true;
    if (take(slices, '[')) return slices->closer = ']', true;
    slices->broken = true;
    return false;
}

static bool broken(json_slices *slices) {
    slices->broken = true;
    return false;
}

bool json_slices_next(json_slices *slices, smithy_str *name, smithy_str *value) {
    *name = (smithy_str){0};
    if (slices->broken) return false;
    if (take(slices, slices->closer)) return false;
    if (!slices->first && !take(slices, ',')) return broken(slices);
    slices->first = false;
    skip_space(slices);
    size_t start = slices->at;
    if (slices->closer == '}') {
        if (start == slices->text.len || slices->text.ptr[start] != '"' || !skip_string(slices)) return broken(slices);
        *name = (smithy_str){slices->text.ptr + start + 1, slices->at - start - 2};
        if (!take(slices, ':')) return broken(slices);
        skip_space(slices);
        start = slices->at;
    }
    if (!skip_value(slices)) return broken(slices);
    *value = (smithy_str){slices->text.ptr + start, slices->at - start};
    return true;
}

bool json_slices_complete(const json_slices *slices) {
    json_slices rest = *slices;
    skip_space(&rest);
    return !rest.broken && rest.at == rest.text.len;
}
