"""The real pypicloud on a port of loopback, with one admin and one user: PORT HASH DIR READ;
or as a config.ini and the environment say: PORT FILE."""

import collections
import inspect
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

if not hasattr(inspect, "getargspec"):  # left with Python 3.11; pypicloud's libraries are older
    ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
    inspect.getargspec = lambda function: ArgSpec(*inspect.getfullargspec(function)[:4])

import pypicloud  # noqa: E402
from paste.deploy import loadapp  # noqa: E402


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def app_of(password_hash, home, read):
    os.makedirs(home, exist_ok=True)
    return pypicloud.main({}, **{
        "pypi.storage": "file",
        "storage.dir": home + "/packages",
        "db.url": "sqlite:///" + home + "/db.sqlite",
        "pypi.default_read": read,
        "pypi.default_write": "authenticated",
        "pypi.fallback": "none",
        "auth.admins": "ada",
        "user.ada": password_hash,
        "session.encrypt_key": "a" * 43 + "=",
        "session.validate_key": "b" * 43 + "=",
        "session.invalidate_corrupt": "true",
        "session.secure": "false",
    })


port, *rest = sys.argv[1:]
app = loadapp("config:" + rest[0]) if len(rest) == 1 else app_of(*rest)
make_server("127.0.0.1", int(port), app, handler_class=Quiet).serve_forever()
