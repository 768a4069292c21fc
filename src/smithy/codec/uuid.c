#include <smithy/text.h>

smithy_status smithy_uuid(const smithy_system *system, char text[37]) {
    uint8_t bytes[16];
    char hex[33];
    SMITHY_TRY(system->random(system->context, bytes, sizeof bytes));
    bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80); /* the variant of RFC 9562 */
    smithy_hex_write(bytes, sizeof bytes, hex);

    static const size_t GROUPS[] = {8, 4, 4, 4, 12};
    const char *from = hex;
    for (size_t i = 0; i < 5; i++) {
        memcpy(text, from, GROUPS[i]);
        from += GROUPS[i];
        text += GROUPS[i];
        *text++ = i < 4 ? '-' : '\0';
    }
    return SMITHY_OK;
}
