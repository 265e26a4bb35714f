"""Templates, with everything escaped and every script and style named by its hash in the page's own security policy."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from broadsheet.report import formatting


@cache
def environment() -> Environment:
    """The templates of this package. Each value is made inert, then escaped; no template switches that off."""
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=formatting.inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        count=formatting.count,
        counted=formatting.counted,
        signed=formatting.signed,
        share=formatting.share,
        probability=formatting.probability,
        moment=formatting.moment,
        leaning=formatting.leaning,
    )
    made.globals.update(source=source, digest=digest, page_path=formatting.page_path)
    return made


@cache
def source(name: str) -> Markup:
    """A style sheet or script of this package, to stand in a page as it is."""
    written = (files(__package__) / "templates" / name).read_text(encoding="utf-8")
    if "</" in written:
        raise ValueError(f"{name} may not hold </, which could end its element")
    return Markup(written)  # noqa: S704 - our own file, not a page's text


@cache
def digest(name: str) -> Markup:
    """Its hash, as a Content-Security-Policy names it."""
    hashed = hashlib.sha256(source(name).encode()).digest()
    return Markup("'sha256-{}'").format(base64.b64encode(hashed).decode())


def render(template: str, **values: Any) -> str:
    """A page."""
    return environment().get_template(template).render(**values)
