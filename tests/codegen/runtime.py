"""The runtime below the clients as a static library with sanitizers, and programs linked with it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterable, Mapping

from support import FLAGS, ROOT, cjson_flags, compiler, run, runtime_sources

SOURCES = [
    *runtime_sources("core/*.c"),
    *runtime_sources("codec/*.c"),
    *(ROOT / "src/smithy/aws" / name for name in ("endpoint.c", "partition.c", "partition_table.c")),
    ROOT / "src/smithy/http/headers.c",
]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
LIBRARIES = ["-lcjson", "-lexpat", "-lcbor", "-lcrypto", "-lz", "-lm", "-lpthread"]


class Runtime:
    def __init__(self, library: Path):
        self.library = library

    def run(self, folder: Path, main: str, sources: Iterable[Path], *flags: str) -> str:
        """What a program says that is made of `main` and of sources in a client's folder."""
        (folder / "main.c").write_text(main)
        includes = [f"-I{folder}/include", f"-I{folder}/src", f"-I{ROOT}/include", f"-I{ROOT}/src/smithy", *cjson_flags()]
        command = [compiler("gcc"), *FLAGS, "-g", *includes, *SANITIZE, "-Wl,--gc-sections", *flags, folder / "main.c"]
        run(*command, *sources, self.library, *LIBRARIES, "-o", folder / "main")
        return run(folder / "main")


def compile_objects(flags: list[str], objects: Mapping[Path, Path]) -> None:
    """Source -> object, two at a time; through ccache, where there is one, since the runtime rarely changes."""
    cache = [shutil.which("ccache")] if shutil.which("ccache") else []
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: run(*cache, compiler("gcc"), *flags, "-c", pair[0], "-o", pair[1]), objects.items()))


def build_runtime(folder: Path) -> Runtime:
    flags = [*FLAGS, "-g", *SANITIZE, f"-I{ROOT}/include", f"-I{ROOT}/src/smithy", *cjson_flags()]
    objects = {source: folder / f"{source.parent.name}_{source.stem}.o" for source in SOURCES}
    compile_objects(flags, objects)
    run(shutil.which("ar") or "ar", "rcs", folder / "libruntime.a", *objects.values())
    return Runtime(folder / "libruntime.a")
