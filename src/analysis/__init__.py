"""A published article on two countries, coded into tables: load, count, cite, draw and render it.

What notebooks use stands in `__init__.pyi`; a module is imported when one of its names is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
