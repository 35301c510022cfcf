"""Kernels of IPython that start in a tenth of the time: forked from a process that has imported the libraries."""
