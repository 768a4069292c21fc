/* The tags of RFC 8949 that a Smithy value may carry. Internal. */
#ifndef SMITHY_CODEC_CBOR_TAGS_H
#define SMITHY_CODEC_CBOR_TAGS_H

enum {
    CBOR_TAG_DATE_TIME = 0,
    CBOR_TAG_EPOCH = 1,
    CBOR_TAG_BIGNUM = 2,
    CBOR_TAG_NEGATIVE_BIGNUM = 3, /* -1 - the number */
    CBOR_TAG_DECIMAL = 4          /* [exponent of ten, mantissa] */
};

#endif
