/* Pieces of text for people that the answer and the live display share. */
#ifndef EXPORTER_ANSWER_TEXT_H
#define EXPORTER_ANSWER_TEXT_H

#include <smithy/buffer.h>

/* "512 B", "1.5 kB", "12.0 GB": powers of 1,000, as S3's bill counts. */
void exporter_text_append_bytes(smithy_buffer *out, int64_t bytes);
/* "1,204" */
void exporter_text_append_number(smithy_buffer *out, int64_t number);
/* "1 group", "1,204 groups". */
void exporter_text_append_count(smithy_buffer *out, int64_t count, const char *noun);

#endif
