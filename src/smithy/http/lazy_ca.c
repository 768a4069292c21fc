#include "lazy_ca.h"

#include <smithy/text.h>

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

typedef struct entry {
    const uint8_t *der;
    size_t der_len;
    const uint8_t *subject; /* Within `der`. */
    size_t subject_len;
} entry;

struct lazy_ca {
    const smithy_system *system;
    uint8_t *bytes; /* The certificates' DER, one after another. */
    entry *entries;
    size_t count;
    X509_LOOKUP_METHOD *method;
    X509_STORE *store;
};

/* ---- the bundle's text ---- */

static const smithy_str BEGIN = SMITHY_STR_INIT("-----BEGIN ");
static const smithy_str BEGIN_CERTIFICATE = SMITHY_STR_INIT("-----BEGIN CERTIFICATE-----");
static const smithy_str END_CERTIFICATE = SMITHY_STR_INIT("-----END CERTIFICATE-----");

static smithy_str skip(smithy_str text, size_t len) {
    return (smithy_str){text.ptr + len, text.len - len};
}

static smithy_str take_line(smithy_str *rest) {
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    smithy_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    *rest = skip(*rest, end ? line.len + 1 : line.len);
    while (line.len && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' ')) line.len--;
    return line;
}

/* The lines up to the end mark. Each is a whole number of groups of four, as everybody writes them. */
static bool read_base64(smithy_str *rest, uint8_t *bytes, size_t *len) {
    bool is_padded = false;
    *len = 0;
    while (rest->len) {
        const smithy_str line = take_line(rest);
        size_t line_len = 0;
        if (smithy_str_equal(line, END_CERTIFICATE)) return true;
        if (is_padded || !smithy_base64_read(line, bytes + *len, &line_len)) return false;
        is_padded = line_len < line.len / 4 * 3;
        *len += line_len;
    }
    return false;
}

/* ---- where a certificate has its subject ---- */

typedef struct der_reader {
    const uint8_t *at;
    const uint8_t *end;
} der_reader;

/* The element at the reader's place: its content into *inside, the reader behind it. */
static bool take_element(der_reader *reader, int wanted_tag, der_reader *inside) {
    long len = 0;
    int tag = 0, class_ = 0;
    if (reader->at >= reader->end || reader->end - reader->at > LONG_MAX) return false;
    const uint8_t *content = reader->at;
    const int flags = ASN1_get_object(&content, &len, &tag, &class_, (long)(reader->end - reader->at));
    if (flags & 0x81 || class_ != V_ASN1_UNIVERSAL || tag != wanted_tag) return false; /* An error; no length. */
    *inside = (der_reader){content, content + len};
    reader->at = content + len;
    return true;
}

/* [0] EXPLICIT: its first byte tells. */
static void skip_version(der_reader *reader) {
    if (reader->end - reader->at > 2 && reader->at[0] == 0xA0 && reader->at[1] < 0x80 &&
        reader->end - reader->at >= 2 + reader->at[1])
        reader->at += 2 + reader->at[1];
}

static bool find_subject(entry *e) {
    der_reader whole = {e->der, e->der + e->der_len}, certificate, body, ignored;
    if (!take_element(&whole, V_ASN1_SEQUENCE, &certificate) || whole.at != whole.end) return false;
    if (!take_element(&certificate, V_ASN1_SEQUENCE, &body)) return false;
    skip_version(&body);
    if (!take_element(&body, V_ASN1_INTEGER, &ignored)) return false;  /* serialNumber */
    if (!take_element(&body, V_ASN1_SEQUENCE, &ignored)) return false; /* signature */
    if (!take_element(&body, V_ASN1_SEQUENCE, &ignored)) return false; /* issuer */
    if (!take_element(&body, V_ASN1_SEQUENCE, &ignored)) return false; /* validity */
    e->subject = body.at;
    if (!take_element(&body, V_ASN1_SEQUENCE, &ignored)) return false;
    e->subject_len = (size_t)(body.at - e->subject);
    return true;
}

/* ---- the index ---- */

/* False where there is anything but plain certificates: then they are all loaded at once, as OpenSSL does it. */
static bool fill_index(lazy_ca *ca, smithy_str pem) {
    size_t used = 0;
    while (pem.len) {
        const smithy_str line = take_line(&pem);
        if (!smithy_str_starts_with(line, BEGIN)) continue;
        entry *e = &ca->entries[ca->count];
        *e = (entry){.der = ca->bytes + used};
        if (!smithy_str_equal(line, BEGIN_CERTIFICATE) || !read_base64(&pem, ca->bytes + used, &e->der_len) ||
            !find_subject(e))
            return false;
        used += e->der_len;
        ca->count++;
    }
    return ca->count > 0;
}

static bool make_index(lazy_ca *ca, smithy_str pem, smithy_status *status) {
    const smithy_system *system = ca->system;
    const size_t most = pem.len / (BEGIN_CERTIFICATE.len + END_CERTIFICATE.len); /* Pages never touched cost nothing. */
    ca->bytes = system->resize(system->context, NULL, smithy_base64_max(pem.len) + 1);
    ca->entries = system->resize(system->context, NULL, (most + 1) * sizeof *ca->entries);
    const bool room = ca->bytes && ca->entries;
    if (!room) *status = SMITHY_ERROR_MEMORY;
    const bool made = room && fill_index(ca, pem);
    if (!made) ca->count = 0;
    return made;
}

/* ---- all at once ---- */

static bool add_all(X509_STORE *store, smithy_str pem) {
    if (pem.len > INT_MAX) return false;
    bool added = false;
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    STACK_OF(X509_INFO) *infos = bio ? PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL) : NULL;
    for (int i = 0; infos && i < sk_X509_INFO_num(infos); i++) {
        X509 *certificate = sk_X509_INFO_value(infos, i)->x509;
        if (certificate && X509_STORE_add_cert(store, certificate)) added = true;
    }
    sk_X509_INFO_pop_free(infos, X509_INFO_free);
    BIO_free(bio);
    return added;
}

/* ---- OpenSSL asks ---- */

/* What may differ in writings of one name that OpenSSL takes for equal: capitals, and the kind of string. Too much that
 * is parsed does no harm, as all of the bundle is trusted. */
static uint8_t folded(uint8_t byte) {
    if (byte >= 'A' && byte <= 'Z') return (uint8_t)(byte - 'A' + 'a');
    const bool is_string_tag = byte == V_ASN1_PRINTABLESTRING || byte == V_ASN1_T61STRING || byte == V_ASN1_IA5STRING;
    return is_string_tag ? V_ASN1_UTF8STRING : byte;
}

static bool looks_equal(const entry *e, const uint8_t *name, size_t len) {
    if (e->subject_len != len) return false;
    for (size_t i = 0; i < len; i++)
        if (folded(e->subject[i]) != folded(name[i])) return false;
    return true;
}

/* A value of a name, but for what OpenSSL lets differ: of strings only letters without their case, and digits. False
 * for kinds in which a character is not a byte. */
static bool add_value(der_reader value, int tag, uint32_t *hash) {
    const bool is_text = tag == V_ASN1_UTF8STRING || tag == V_ASN1_PRINTABLESTRING || tag == V_ASN1_T61STRING ||
                         tag == V_ASN1_IA5STRING || tag == V_ASN1_VISIBLESTRING;
    if (!is_text) return false;
    for (; value.at < value.end; value.at++) {
        const uint8_t byte = *value.at >= 'A' && *value.at <= 'Z' ? (uint8_t)(*value.at + 32) : *value.at;
        if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) *hash = (*hash ^ byte) * 16777619U;
    }
    return true;
}

static bool add_attribute(der_reader *set, uint32_t *hash) {
    der_reader attribute, type, value;
    if (!take_element(set, V_ASN1_SEQUENCE, &attribute) || !take_element(&attribute, V_ASN1_OBJECT, &type))
        return false;
    for (; type.at < type.end; type.at++) *hash = (*hash ^ *type.at) * 16777619U;
    const int tag = attribute.at < attribute.end ? *attribute.at : -1;
    return take_element(&attribute, tag, &value) && add_value(value, tag, hash);
}

/* Equal names have equal ones; 0: cannot be told. Not to be parsed is what it is for: most names are asked for in vain,
 * being those of intermediate certificates. */
static uint32_t fingerprint(const uint8_t *der, size_t len) {
    der_reader whole = {der, der + len}, sets, set;
    uint32_t hash = 2166136261U;
    if (!take_element(&whole, V_ASN1_SEQUENCE, &sets)) return 0;
    while (sets.at < sets.end) {
        if (!take_element(&sets, V_ASN1_SET, &set)) return 0;
        if (!add_attribute(&set, &hash) || set.at != set.end) return 0; /* Of several, the order may differ. */
    }
    return hash;
}

static bool is_equal(const entry *e, const X509_NAME *name) {
    const uint8_t *at = e->subject;
    X509_NAME *subject = d2i_X509_NAME(NULL, &at, (long)e->subject_len);
    const bool equal = subject && X509_NAME_cmp(subject, name) == 0;
    X509_NAME_free(subject);
    return equal;
}

static bool parse(const entry *e, STACK_OF(X509) * certificates) {
    const uint8_t *at = e->der;
    X509 *certificate = d2i_X509(NULL, &at, (long)e->der_len);
    if (certificate && sk_X509_push(certificates, certificate)) return true;
    X509_free(certificate);
    return false;
}

static void parse_matching(const lazy_ca *ca, const X509_NAME *name, STACK_OF(X509) * certificates) {
    const uint8_t *der = NULL;
    size_t len = 0;
    bool found = false;
    if (!X509_NAME_get0_der(name, &der, &len)) return;
    for (size_t i = 0; i < ca->count; i++)
        if (looks_equal(&ca->entries[i], der, len) && parse(&ca->entries[i], certificates)) found = true;
    const uint32_t wanted = found ? 0 : fingerprint(der, len);
    for (size_t i = 0; i < ca->count && !found; i++) {
        const entry *e = &ca->entries[i];
        const uint32_t its = wanted ? fingerprint(e->subject, e->subject_len) : 0;
        if ((!its || its == wanted) && is_equal(e, name)) parse(e, certificates);
    }
}

static void keep(STACK_OF(X509_OBJECT) * objects, X509 *certificate) {
    X509_OBJECT *object = X509_OBJECT_new();
    const bool wanted = object && X509_OBJECT_set1_X509(object, certificate) &&
                        !X509_OBJECT_retrieve_match(objects, object); /* Another thread's may be there. */
    if (!wanted || !sk_X509_OBJECT_push(objects, object)) X509_OBJECT_free(object);
}

/* All of one name at once: a thread that saw the first of them would not ask for the others. The reference that is
 * taken for *result is given back, as OpenSSL takes another by itself; the store's stays. */
static int keep_and_hand_out(X509_STORE *store, const STACK_OF(X509) * certificates, const X509_NAME *name,
                             X509_OBJECT *result) {
    if (!X509_STORE_lock(store)) return 0;
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_num(certificates); i++) keep(objects, sk_X509_value(certificates, i));
    const X509_OBJECT *object = X509_OBJECT_retrieve_by_subject(objects, X509_LU_X509, name);
    X509 *certificate = object ? X509_OBJECT_get0_X509(object) : NULL;
    const bool handed_out = certificate && X509_OBJECT_set1_X509(result, certificate);
    if (handed_out) X509_free(certificate);
    X509_STORE_unlock(store);
    return handed_out;
}

static int get_by_subject(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *result) {
    STACK_OF(X509) *certificates = type == X509_LU_X509 ? sk_X509_new_null() : NULL;
    if (!certificates) return 0;
    ERR_set_mark();
    parse_matching(X509_LOOKUP_get_method_data(lookup), name, certificates);
    int found = 0;
    if (sk_X509_num(certificates) > 0)
        found = keep_and_hand_out(X509_LOOKUP_get_store(lookup), certificates, name, result);
    ERR_pop_to_mark();
    sk_X509_pop_free(certificates, X509_free);
    return found;
}

static bool add_lookup(lazy_ca *ca) {
    if (ca->count == 0) return true;
    ca->method = X509_LOOKUP_meth_new("certificates parsed on demand");
    if (!ca->method || !X509_LOOKUP_meth_set_get_by_subject(ca->method, get_by_subject)) return false;
    X509_LOOKUP *lookup = X509_STORE_add_lookup(ca->store, ca->method);
    return lookup && X509_LOOKUP_set_method_data(lookup, ca);
}

static bool add_directories(const lazy_ca *ca, const char *directories) {
    if (!directories) return true;
    X509_LOOKUP *lookup = X509_STORE_add_lookup(ca->store, X509_LOOKUP_hash_dir());
    return lookup && X509_LOOKUP_add_dir(lookup, directories, X509_FILETYPE_PEM);
}

/* ---- life ---- */

/* As libcurl sets up a store of its own. */
static bool make_store(lazy_ca *ca, const char *directories) {
    ca->store = X509_STORE_new();
    return ca->store && X509_STORE_set_flags(ca->store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN) &&
           add_lookup(ca) && add_directories(ca, directories);
}

smithy_status lazy_ca_create(lazy_ca **result, smithy_str pem, const char *directories, const smithy_system *system) {
    smithy_status status = SMITHY_OK;
    *result = NULL;
    lazy_ca *ca = system->resize(system->context, NULL, sizeof *ca);
    if (!ca) return SMITHY_ERROR_MEMORY;
    *ca = (lazy_ca){.system = system};
    ERR_set_mark();
    const bool all_at_once = pem.ptr && !make_index(ca, pem, &status);
    if (status == SMITHY_OK && !make_store(ca, directories)) status = SMITHY_ERROR_MEMORY;
    if (status == SMITHY_OK && all_at_once && !add_all(ca->store, pem)) status = SMITHY_ERROR_INPUT;
    ERR_pop_to_mark();
    if (status == SMITHY_OK)
        *result = ca;
    else
        lazy_ca_destroy(ca);
    return status;
}

void lazy_ca_destroy(lazy_ca *ca) {
    if (!ca) return;
    const smithy_system *system = ca->system;
    X509_STORE_free(ca->store);
    X509_LOOKUP_meth_free(ca->method);
    system->resize(system->context, ca->entries, 0);
    system->resize(system->context, ca->bytes, 0);
    system->resize(system->context, ca, 0);
}

X509_STORE *lazy_ca_store(const lazy_ca *ca) {
    return ca->store;
}
