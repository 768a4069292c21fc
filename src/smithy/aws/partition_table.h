/* The table behind smithy_partition_of. Its rows are generated from models/partitions.json. */
#ifndef SMITHY_AWS_PARTITION_TABLE_H
#define SMITHY_AWS_PARTITION_TABLE_H

#include <smithy/endpoint.h>

typedef struct smithy_partition_row {
    smithy_partition partition;
    smithy_str regions;  /* Words: Regions by name, but for those that the prefixes find anyway. */
    smithy_str prefixes; /* Words: what its Regions start with, before a word, "-" and a number: "us- eu-". */
} smithy_partition_row;

/* The first row is "aws". */
extern const smithy_partition_row smithy_partition_rows[];
extern const size_t smithy_partition_row_count;

#endif
