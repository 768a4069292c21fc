/* The certificates of authorities, parsed when a handshake asks for one. Private to the libcurl transport.
 *
 * To parse a whole bundle takes longer than the first handshake and its request together. Of each certificate only the
 * subject is looked for; the few that a chain names are parsed. Whom it trusts is the same. */
#ifndef SMITHY_HTTP_LAZY_CA_H
#define SMITHY_HTTP_LAZY_CA_H

#include <smithy/system.h>

#include <openssl/x509_vfy.h>

typedef struct lazy_ca lazy_ca;

/* `pem`: a bundle's content; absent: only the directories. `directories`: of hashed certificates, separated by colons;
 * NULL: none. SMITHY_ERROR_INPUT: the bundle has no certificate, or what OpenSSL cannot read. Shareable. */
smithy_status lazy_ca_create(lazy_ca **ca, smithy_str pem, const char *directories, const smithy_system *system);
void lazy_ca_destroy(lazy_ca *ca);

/* Of `ca`, which must outlive it. */
X509_STORE *lazy_ca_store(const lazy_ca *ca);

#endif
