"""The one exception that a user of the generator sees."""


class GeneratorError(Exception):
    """A model, a configuration or a request that cannot be turned into a client; the text says which and why."""
