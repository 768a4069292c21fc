/* Whole numbers of any size between decimal digits and bytes, most significant first. Internal. */
#ifndef SMITHY_CODEC_BIGNUM_H
#define SMITHY_CODEC_BIGNUM_H

#include <smithy/base.h>

enum {
    SMITHY_BIGNUM_DIGITS = 1000, /* The most digits that are read, */
    SMITHY_BIGNUM_BYTES = 417,   /* and the bytes that hold them, and one more of each. */
    SMITHY_BIGNUM_TEXT = 1006    /* The digits of as many bytes, at most, with their NUL. */
};

/* Without leading zeros; *len 0 for zero. false for more digits, or anything but digits. */
bool smithy_bignum_from_digits(smithy_str digits, uint8_t bytes[SMITHY_BIGNUM_BYTES], size_t *len);
/* "0" at least. false for more bytes than SMITHY_BIGNUM_BYTES, leading zeros aside. The content of `bytes` is lost. */
bool smithy_bignum_to_digits(uint8_t *bytes, size_t len, char text[SMITHY_BIGNUM_TEXT], size_t *text_len);
/* One more and one less. The number before `add_one` has room for a byte ahead: at bytes[-1]; answers whether it was
 * needed. The number before `take_one` is not 0. */
bool smithy_bignum_add_one(uint8_t *bytes, size_t len);
void smithy_bignum_take_one(uint8_t *bytes, size_t len);

#endif
