"""A provider of our own making for the black-box and end-to-end suites: four wire formats, strict, and misbehaving on demand."""
from .server import FakeUpstream

__all__ = ["FakeUpstream"]
