"""Generates typed C clients from Smithy models.

The way of a model through the package:

    model.py      the JSON syntax tree, checked and flattened
    slim.py       the same tree with only the operations that are wanted
    config.py     what a service needs beyond its model (codegen/services/*.toml)
    resolve.py    model + config -> ir.py, where every name and every default is settled
    protocols/    ir -> lines of C for one wire format
    emit.py       ir + protocol -> files, through templates that only loop and print
"""
