#include "aws/config/profiles.h"

#include "aws/config/ini.h"

#include <smithy/hash.h>

#include <stdalign.h>
#include <stdlib.h>

#define MAX_FILE    ((size_t)16 * 1024 * 1024)
#define MAX_ENTRIES ((size_t)500000)            /* Sections and keys of both files. */
#define MAX_ARENA   ((size_t)256 * 1024 * 1024) /* What the merged sections may take. */
#define MAX_NAME    255                         /* Of a section or a key; a longer one is no name. */
#define FIRST_ROOM  64

void profile_set_init(profile_set *set, const smithy_system *system) {
    *set = (profile_set){.system = system};
    smithy_arena_init(&set->arena, system, MAX_ARENA);
    for (size_t i = 0; i < PROFILE_FILES; i++) smithy_buffer_init(&set->texts[i], system, MAX_FILE);
}

void profile_set_deinit(profile_set *set) {
    for (size_t i = 0; i < PROFILE_FILES; i++) smithy_buffer_deinit_secret(&set->texts[i]);
    set->system->resize(set->system->context, set->entries, 0);
    smithy_arena_deinit(&set->arena);
    *set = (profile_set){0};
}

/* ---- names ---- */

static bool is_name_character(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return c != '\0' && strchr("_-/.%@:+", c);
}

static bool is_name(smithy_str text) {
    if (text.len == 0 || text.len > MAX_NAME) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_character(text.ptr[i])) return false;
    return true;
}

/* "profile dev" in two: *word is "profile". Where there is one word only, *word is absent. */
static smithy_str split_prefix(smithy_str text, smithy_str *word) {
    size_t end = 0, next = 0;
    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '\t') end++;
    for (next = end; next < text.len && (text.ptr[next] == ' ' || text.ptr[next] == '\t');) next++;
    *word = next < text.len ? (smithy_str){text.ptr, end} : (smithy_str){0};
    return (smithy_str){text.ptr + (next < text.len ? next : 0), text.len - (next < text.len ? next : 0)};
}

/* What the text in the brackets is about. The credentials file holds nothing but profiles, whose names stand alone. */
static section_kind classify(profile_file file, smithy_str text, smithy_str *name) {
    smithy_str word;
    *name = split_prefix(text, &word);
    if (!is_name(*name)) return SECTION_IGNORED;
    if (file == PROFILE_CREDENTIALS_FILE) return word.ptr ? SECTION_IGNORED : SECTION_PROFILE;
    if (!word.ptr) return smithy_str_equal(*name, SMITHY_STR("default")) ? SECTION_PROFILE : SECTION_IGNORED;
    if (smithy_str_equal(word, SMITHY_STR("profile"))) return SECTION_PROFILE;
    if (smithy_str_equal(word, SMITHY_STR("sso-session"))) return SECTION_SSO_SESSION;
    return smithy_str_equal(word, SMITHY_STR("services")) ? SECTION_SERVICES : SECTION_IGNORED;
}

/* The set owns the memory that its keys stand in. */
static void lower(smithy_str text) {
    char *at = (char *)(uintptr_t)text.ptr;
    for (size_t i = 0; i < text.len; i++)
        if (at[i] >= 'A' && at[i] <= 'Z') at[i] = (char)(at[i] - 'A' + 'a');
}

/* ---- reading ---- */

static smithy_status add_entry(profile_set *set, const profile_entry *entry, smithy_call *call) {
    if (set->entry_count == MAX_ENTRIES)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s: with it there are more than %zu sections and keys",
                                set->paths[entry->file].ptr, MAX_ENTRIES);
    if (set->entry_count == set->entry_capacity) {
        const size_t capacity = set->entry_capacity ? set->entry_capacity * 2 : FIRST_ROOM;
        profile_entry *grown = set->system->resize(set->system->context, set->entries, capacity * sizeof *grown);
        if (!grown) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        set->entries = grown;
        set->entry_capacity = capacity;
    }
    profile_entry *added = &set->entries[set->entry_count];
    *added = *entry;
    added->order = set->entry_count++;
    return SMITHY_OK;
}

static ini_reader reader_of(const smithy_buffer *text) {
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    ini_reader reader = {.text = text->ptr, .end = text->ptr + text->len};
    if (smithy_str_starts_with(smithy_buffer_str(text), SMITHY_STR(BYTE_ORDER_MARK))) reader.text += 3;
    return reader;
}

/* A key or section whose name is none is passed over, with all that belongs to it. */
static smithy_status take_item(profile_set *set, ini_kind kind, const ini_item *item, profile_entry *current,
                               smithy_call *call) {
    if (kind == INI_SECTION) {
        current->kind = classify(current->file, item->name, &current->section);
        current->plain_default = current->file == PROFILE_CONFIG_FILE && current->section.ptr == item->name.ptr;
        current->key = current->value = (smithy_str){0};
    } else {
        if (!is_name(item->name)) return SMITHY_OK;
        lower(item->name);
        current->key = item->name;
        current->value = item->value;
    }
    return current->kind == SECTION_IGNORED ? SMITHY_OK : add_entry(set, current, call);
}

static smithy_status parse(profile_set *set, profile_file file, smithy_call *call) {
    ini_reader reader = reader_of(&set->texts[file]);
    profile_entry current = {.file = file};
    ini_item item;
    ini_kind kind;
    while ((kind = ini_next(&reader, &item)) == INI_SECTION || kind == INI_PROPERTY)
        SMITHY_TRY(take_item(set, kind, &item, &current, call));
    if (kind == INI_END) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s:%zu: %s", set->paths[file].ptr, reader.line, reader.problem);
}

smithy_status profile_set_read(profile_set *set, profile_file file, smithy_str path, bool *exists, smithy_call *call) {
    smithy_buffer *text = &set->texts[file];
    set->paths[file] = path;
    const smithy_status status = set->system->file_read(set->system->context, path.ptr, text, exists);
    if (status == SMITHY_ERROR_MEMORY) return smithy_call_fail(call, status, "out of memory");
    if (status == SMITHY_ERROR_LIMIT)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is larger than %zu bytes", path.ptr, MAX_FILE);
    if (status != SMITHY_OK)
        return smithy_call_fail(
            call, SMITHY_ERROR_CONFIG,
            "%s cannot be read: see to its permissions, or set %s to another file (/dev/null: none)", path.ptr,
            file == PROFILE_CONFIG_FILE ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE");
    return *exists && text->len ? parse(set, file, call) : SMITHY_OK;
}

/* ---- merging ---- */

static int compare_sections(section_kind a_kind, smithy_str a_name, section_kind b_kind, smithy_str b_name) {
    if (a_kind != b_kind) return a_kind < b_kind ? -1 : 1;
    return smithy_str_compare(a_name, b_name);
}

static bool same_section(const profile_entry *a, const profile_entry *b) {
    return compare_sections(a->kind, a->section, b->kind, b->section) == 0;
}

/* A section's own line first, then its keys. Of equals the later one last: the credentials file is read second. */
static int compare_entries(const void *left, const void *right) {
    const profile_entry *a = left, *b = right;
    int order = compare_sections(a->kind, a->section, b->kind, b->section);
    if (order == 0) order = smithy_str_compare(a->key, b->key);
    if (order == 0) order = a->order < b->order ? -1 : 1;
    return order;
}

static void drop_plain_default(profile_set *set) {
    bool has_prefixed = false;
    for (size_t i = 0; i < set->entry_count && !has_prefixed; i++) {
        const profile_entry *entry = &set->entries[i];
        has_prefixed = entry->file == PROFILE_CONFIG_FILE && entry->kind == SECTION_PROFILE && !entry->plain_default &&
                       smithy_str_equal(entry->section, SMITHY_STR("default"));
    }
    if (!has_prefixed) return;
    size_t kept = 0;
    for (size_t i = 0; i < set->entry_count; i++)
        if (!set->entries[i].plain_default) set->entries[kept++] = set->entries[i];
    set->entry_count = kept;
}

/* Of entries that are the same key, the last one stays. */
static void drop_duplicates(profile_set *set) {
    size_t kept = 0;
    for (size_t i = 0; i < set->entry_count; i++) {
        const profile_entry *entry = &set->entries[i], *next = entry + 1;
        const bool is_last =
            i + 1 == set->entry_count || !same_section(entry, next) || !smithy_str_equal(entry->key, next->key);
        if (is_last) set->entries[kept++] = *entry;
    }
    set->entry_count = kept;
}

static smithy_status add_source(profile_set *set, smithy_profile *section, profile_file file) {
    static const char *const KINDS[] = {"profile ", "sso-session ", "services "};
    const smithy_str parts[] = {smithy_str_from(KINDS[section->kind]), section->name, SMITHY_STR(" in "),
                                set->paths[file]};
    size_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) len += parts[i].len;
    void *memory;
    SMITHY_TRY(smithy_arena_take(&set->arena, len + 1, 1, &memory));
    char *at = memory;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    *at = '\0';
    section->sources[file] = (smithy_str){memory, len};
    return SMITHY_OK;
}

/* The section whose own line is at `first`; answers through *end where the next one begins. */
static smithy_status gather(profile_set *set, size_t first, smithy_profile *section, size_t *end) {
    const profile_entry *entries = &set->entries[first];
    size_t count = 1;
    *section = (smithy_profile){.name = entries->section, .kind = entries->kind, .entries = entries + 1};
    for (; first + count < set->entry_count && same_section(entries, &entries[count]); count++)
        if (!section->sources[entries[count].file].ptr) SMITHY_TRY(add_source(set, section, entries[count].file));
    section->entry_count = count - 1;
    *end = first + count;
    return SMITHY_OK;
}

static smithy_status gather_all(profile_set *set) {
    size_t count = 0;
    for (size_t i = 0; i < set->entry_count; i++) count += set->entries[i].key.ptr == NULL;
    void *memory;
    SMITHY_TRY(smithy_arena_take(&set->arena, count * sizeof *set->sections, alignof(smithy_profile), &memory));
    set->sections = memory;
    for (size_t i = 0; i < set->entry_count;) SMITHY_TRY(gather(set, i, &set->sections[set->section_count++], &i));
    return SMITHY_OK;
}

smithy_status profile_set_finish(profile_set *set, smithy_call *call) {
    if (set->entry_count == 0) return SMITHY_OK;
    drop_plain_default(set);
    qsort(set->entries, set->entry_count, sizeof *set->entries, compare_entries);
    drop_duplicates(set);
    const smithy_status status = gather_all(set);
    if (status == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(call, status, "no memory for the profiles in %s and %s",
                            set->paths[PROFILE_CONFIG_FILE].ptr, set->paths[PROFILE_CREDENTIALS_FILE].ptr);
}

/* ---- asking ---- */

const smithy_profile *profile_set_find(const profile_set *set, section_kind kind, smithy_str name) {
    size_t low = 0, high = set->section_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const smithy_profile *section = &set->sections[middle];
        const int order = compare_sections(kind, name, section->kind, section->name);
        if (order == 0) return section;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

smithy_setting smithy_profile_get(const smithy_profile *profile, const char *key) {
    const smithy_str wanted = smithy_str_from(key);
    size_t low = 0, high = profile ? profile->entry_count : 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const profile_entry *entry = &profile->entries[middle];
        const int order = smithy_str_compare(wanted, entry->key);
        if (order == 0) return (smithy_setting){entry->value, profile->sources[entry->file]};
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return (smithy_setting){0};
}
