"""Writes random inputs of one client's operations twice: as a program in C that calls each, and as JSON.

    write_cases.py SERVICE --seed N --each N --out FOLDER    makes FOLDER/wire_SERVICE.c and .json
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "codegen"))

from inputs import Inputs  # noqa: E402
from smithy_c import config, protocols, resolve  # noqa: E402
from smithy_c.model import Model  # noqa: E402
from smithy_c.protocol_tests_values import Values  # noqa: E402

HEAD = """/* Made by tests/differential/write_cases.py: random inputs, one call for each. */
#include <{prefix}/{prefix}.h>

#include <stdio.h>
#include <stdlib.h>

static const void *const protocol_no_items = "";

"""
CASE = """static smithy_status case_{number}({prefix}_client *client, smithy_call *call) {{
    const {input_type} input = {value};
    {output_type} output;
    return {function}(client, &input, &output, call);
}}

"""
TAIL = """typedef smithy_status one_case({prefix}_client *client, smithy_call *call);
static one_case *const CASES[] = {{ {cases} }};

/* A line for each case: its number, its status, and what was wrong. */
int main(void) {{
    (void)protocol_no_items;
    smithy_call *call = smithy_call_create(NULL);
    const {prefix}_client_options options = {{.retry_mode = SMITHY_RETRY_OFF}};
    {prefix}_client *client = {prefix}_client_create(&options, call);
    if (!client) return fprintf(stderr, "%s\\n", smithy_call_error(call)->message), EXIT_FAILURE;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {{
        const smithy_status status = CASES[i](client, call);
        const smithy_error *error = smithy_call_error(call);
        printf("%zu %d %d %s\\n", i, (int)status, error->attempts, status == SMITHY_OK ? "" : error->message);
        smithy_call_reset(call);
    }}
    {prefix}_client_destroy(client);
    smithy_call_destroy(call);
    return EXIT_SUCCESS;
}}
"""


def load(name):
    settings = config.load(ROOT / "codegen/services" / f"{name}.toml")
    return resolve.resolve(Model.load(ROOT / "models" / f"{name}.json"), settings, f"models/{name}.json", protocols.NAMES)


def program(service, cases):
    operations = {operation.name: operation for operation in service.operations}
    values = Values(service)
    text = [HEAD.format(prefix=service.prefix)]
    for number, case in enumerate(cases):
        operation = operations[case.operation]
        text.append(
            CASE.format(
                number=number,
                prefix=service.prefix,
                input_type=operation.input.name,
                output_type=operation.output.name,
                function=operation.function,
                value=values.structure(operation.input.members, case.input, case.operation, sending=True),
            )
        )
    text.append(TAIL.format(prefix=service.prefix, cases=", ".join(f"case_{number}" for number in range(len(cases)))))
    return "".join(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("service")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=20, help="inputs of each operation")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    service = load(options.service)
    cases = list(Inputs(service, Random(f"{options.service} {options.seed}")).cases(options.each))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"wire_{options.service}.c").write_text(program(service, cases), encoding="utf-8")
    told = {"service": options.service, "cases": [asdict(case) for case in cases]}
    (options.out / f"wire_{options.service}.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
