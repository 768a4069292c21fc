/* CRC-32C and CRC-64/NVME, eight bytes at a time; CRC-32 is zlib's.
 *
 * Slice s tells what a byte does to the remainder when s more bytes follow it. A remainder is linear in its input, so
 * the 256 entries of a slice are the sums of the eight that stand for the single bits, and the compiler adds them up.
 */
#include <smithy/hash.h>

#include <zlib.h>

#define BIT(byte, k, entry) ((byte) & (1 << (k)) ? (entry) : 0u)
#define ENTRY(byte, a, b, c, d, e, f, g, h)                                                                      \
    (BIT(byte, 0, a) ^ BIT(byte, 1, b) ^ BIT(byte, 2, c) ^ BIT(byte, 3, d) ^ BIT(byte, 4, e) ^ BIT(byte, 5, f) ^ \
     BIT(byte, 6, g) ^ BIT(byte, 7, h))
#define ENTRIES_4(byte, ...) \
    ENTRY(byte, __VA_ARGS__), ENTRY(byte + 1, __VA_ARGS__), ENTRY(byte + 2, __VA_ARGS__), ENTRY(byte + 3, __VA_ARGS__)
#define ENTRIES_16(byte, ...)                                                                         \
    ENTRIES_4(byte, __VA_ARGS__), ENTRIES_4(byte + 4, __VA_ARGS__), ENTRIES_4(byte + 8, __VA_ARGS__), \
        ENTRIES_4(byte + 12, __VA_ARGS__)
#define ENTRIES_64(byte, ...)                                                                              \
    ENTRIES_16(byte, __VA_ARGS__), ENTRIES_16(byte + 16, __VA_ARGS__), ENTRIES_16(byte + 32, __VA_ARGS__), \
        ENTRIES_16(byte + 48, __VA_ARGS__)
#define SLICE(...)                                                                             \
    {                                                                                          \
        ENTRIES_64(0, __VA_ARGS__), ENTRIES_64(64, __VA_ARGS__), ENTRIES_64(128, __VA_ARGS__), \
            ENTRIES_64(192, __VA_ARGS__)                                                       \
    }

/* The polynomials 0x1EDC6F41 and 0xAD93D23594C93659, lowest bit first. */
static const uint32_t CRC32C[8][256] = {
    SLICE(0xF26B8303u, 0xE13B70F7u, 0xC79A971Fu, 0x8AD958CFu, 0x105EC76Fu, 0x20BD8EDEu, 0x417B1DBCu, 0x82F63B78u),
    SLICE(0x13A29877u, 0x274530EEu, 0x4E8A61DCu, 0x9D14C3B8u, 0x3FC5F181u, 0x7F8BE302u, 0xFF17C604u, 0xFBC3FAF9u),
    SLICE(0xA541927Eu, 0x4F6F520Du, 0x9EDEA41Au, 0x38513EC5u, 0x70A27D8Au, 0xE144FB14u, 0xC76580D9u, 0x8B277743u),
    SLICE(0xDD45AAB8u, 0xBF672381u, 0x7B2231F3u, 0xF64463E6u, 0xE964B13Du, 0xD725148Bu, 0xABA65FE7u, 0x52A0C93Fu),
    SLICE(0x38116FACu, 0x7022DF58u, 0xE045BEB0u, 0xC5670B91u, 0x8F2261D3u, 0x1BA8B557u, 0x37516AAEu, 0x6EA2D55Cu),
    SLICE(0xEF306B19u, 0xDB8CA0C3u, 0xB2F53777u, 0x6006181Fu, 0xC00C303Eu, 0x85F4168Du, 0x0E045BEBu, 0x1C08B7D6u),
    SLICE(0x68032CC8u, 0xD0065990u, 0xA5E0C5D1u, 0x4E2DFD53u, 0x9C5BFAA6u, 0x3D5B83BDu, 0x7AB7077Au, 0xF56E0EF4u),
    SLICE(0x493C7D27u, 0x9278FA4Eu, 0x211D826Du, 0x423B04DAu, 0x847609B4u, 0x0D006599u, 0x1A00CB32u, 0x34019664u)};

static const uint64_t CRC64NVME[8][256] = {
    SLICE(UINT64_C(0x7F6EF0C830358979), UINT64_C(0xFEDDE190606B12F2), UINT64_C(0xC962E5739841B68F),
          UINT64_C(0xA61CECB46814FE75), UINT64_C(0x78E0FF3B88BE6F81), UINT64_C(0xF1C1FE77117CDF02),
          UINT64_C(0xD75ADABD7A6E2D6F), UINT64_C(0x9A6C9329AC4BC9B5)),
    SLICE(UINT64_C(0x8776A97D73BDDF69), UINT64_C(0x3A3474A9BFEC2DB9), UINT64_C(0x7468E9537FD85B72),
          UINT64_C(0xE8D1D2A6FFB0B6E4), UINT64_C(0xE57A831EA7F6FEA3), UINT64_C(0xFE2C206E177A6E2D),
          UINT64_C(0xC881668F76634F31), UINT64_C(0xA5DBEB4DB4510D09)),
    SLICE(UINT64_C(0xFF6E4E1F4E4038BE), UINT64_C(0xCA05BA6DC417E217), UINT64_C(0xA0D25288D0B85745),
          UINT64_C(0x757D8342F9E73DE1), UINT64_C(0xEAFB0685F3CE7BC2), UINT64_C(0xE12F2B58BF0B64EF),
          UINT64_C(0xF68770E226815AB5), UINT64_C(0xD9D7C79715952601)),
    SLICE(UINT64_C(0x8211147CBAF96306), UINT64_C(0x30FB0EAA2D655567), UINT64_C(0x61F61D545ACAAACE),
          UINT64_C(0xC3EC3AA8B595559C), UINT64_C(0xB301530233BD3853), UINT64_C(0x52DB80573FEDE3CD),
          UINT64_C(0xA5B700AE7FDBC79A), UINT64_C(0x7FB7270FA7201C5F)),
    SLICE(UINT64_C(0x373D15F784905D1E), UINT64_C(0x6E7A2BEF0920BA3C), UINT64_C(0xDCF457DE12417478),
          UINT64_C(0x8D3189EF7C157B9B), UINT64_C(0x2EBA358DA0BD645D), UINT64_C(0x5D746B1B417AC8BA),
          UINT64_C(0xBAE8D63682F59174), UINT64_C(0x41088A3E5D7CB183)),
    SLICE(UINT64_C(0xE9742A79EF04A5D4), UINT64_C(0xE63172A0869ED8C3), UINT64_C(0xF8BBC31255AA22ED),
          UINT64_C(0xC5AEA077F3C3D6B1), UINT64_C(0xBF8466BCBF103E09), UINT64_C(0x4BD1EB2A26B7EF79),
          UINT64_C(0x97A3D6544D6FDEF2), UINT64_C(0x1B9E8AFBC2482E8F)),
    SLICE(UINT64_C(0xFC5D27F6BF353971), UINT64_C(0xCC6369BE26FDE189), UINT64_C(0xAC1FF52F156C5079),
          UINT64_C(0x6CE6CC0D724F3399), UINT64_C(0xD9CD981AE49E6732), UINT64_C(0x8742166691AB5D0F),
          UINT64_C(0x3A5D0A9E7BC12975), UINT64_C(0x74BA153CF78252EA)),
    SLICE(UINT64_C(0x21E9761E252621AC), UINT64_C(0x43D2EC3C4A4C4358), UINT64_C(0x87A5D878949886B0),
          UINT64_C(0x3B9296A271A69E0B), UINT64_C(0x77252D44E34D3C16), UINT64_C(0xEE4A5A89C69A782C),
          UINT64_C(0xE84D9340D5A36333), UINT64_C(0xE44200D2F3D1550D))};

/* The first byte is the lowest, on every machine. */
static uint64_t load(const uint8_t *bytes) {
    uint64_t word = 0;
    for (size_t i = 8; i > 0; i--) word = word << 8 | bytes[i - 1];
    return word;
}

uint32_t smithy_crc32(uint32_t crc, const void *bytes, size_t len) {
    if (len == 0) return crc; /* zlib would answer its start value for NULL. */
    return (uint32_t)crc32_z(crc, bytes, len);
}

uint32_t smithy_crc32c(uint32_t crc, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    crc = ~crc;
    for (; len >= 8; at += 8, len -= 8) {
        const uint64_t word = load(at) ^ crc;
        crc = 0;
        for (size_t i = 0; i < 8; i++) crc ^= CRC32C[7 - i][word >> (8 * i) & 0xFF];
    }
    for (; len > 0; at++, len--) crc = crc >> 8 ^ CRC32C[0][(crc ^ *at) & 0xFF];
    return ~crc;
}

uint64_t smithy_crc64nvme(uint64_t crc, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    crc = ~crc;
    for (; len >= 8; at += 8, len -= 8) {
        const uint64_t word = load(at) ^ crc;
        crc = 0;
        for (size_t i = 0; i < 8; i++) crc ^= CRC64NVME[7 - i][word >> (8 * i) & 0xFF];
    }
    for (; len > 0; at++, len--) crc = crc >> 8 ^ CRC64NVME[0][(crc ^ *at) & 0xFF];
    return ~crc;
}
