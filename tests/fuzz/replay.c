/* Runs a target without libFuzzer over files: `target FOLDER|FILE…`. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INPUT_MAX_BYTES ((size_t)1 << 20)

static size_t replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAX_BYTES);
    if (!file || !bytes) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    const size_t len = fread(bytes, 1, INPUT_MAX_BYTES, file);
    fclose(file);
    uint8_t *exact = realloc(bytes, len ? len : 1);
    if (!exact) abort();
    fprintf(stderr, "%s\n", path); /* The last line before a crash names its input. */
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 1;
}

static size_t replay(const char *path) {
    DIR *folder = opendir(path);
    if (!folder) return replay_file(path);
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char inside[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        count += replay_file(inside);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv) {
    size_t count = 0;
    for (int i = 1; i < argc; i++) count += replay(argv[i]);
    printf("%zu inputs\n", count);
    return count ? EXIT_SUCCESS : EXIT_FAILURE; /* Nothing to run is a corpus that was lost. */
}
