"""For tools that know no pyproject.toml; what the package is stands there."""

from setuptools import setup

setup(name="demo-pkg", version="1.0", packages=["demo_pkg"])
