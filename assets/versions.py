"""Code versions: what decides a dataset's rows, its own and what lies below it, so that staleness is shown true.

Dagster takes a dataset for stale when its own code version moved, and looks at what is below it only where that has no
partitions: a mart of older sentiment would be called fresh. So what lies below is part of the version.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256

import dagster as dg

from broadsheet.settings import Settings
from broadsheet.versions import row_versions

_DIGITS = 8


def code_versions(specs: Iterable[dg.AssetSpec], settings: Settings) -> dict[dg.AssetKey, str]:
    """The code version of each dataset, as "1, tone=0a1b2c3d, inputs=4e5f6a7b".

    Args:
        specs: of datasets with all that they are made of; their own code version moves with their code.
        settings: of the home folder.
    """
    of_key = {spec.key: spec for spec in specs}
    own = row_versions(settings)

    @cache
    def version(key: dg.AssetKey) -> str:
        spec = of_key[key]
        said = [(spec.code_version or "1")[:40], *own.get(".".join(key.path), [])]
        below = [version(dep.asset_key) for dep in spec.deps if dep.asset_key in of_key and dep.asset_key != key]
        if below:
            said.append(f"inputs={sha256('|'.join(sorted(below)).encode()).hexdigest()[:_DIGITS]}")
        return ", ".join(said)

    return {key: version(key) for key in of_key}


def with_versions(assets: Iterable[dg.AssetsDefinition], settings: Settings) -> list[dg.AssetsDefinition]:
    """The assets with code versions that say what lies below them too."""
    given = list(assets)
    versions = code_versions([spec for asset in given for spec in asset.specs], settings)
    return [
        asset.map_asset_specs(lambda spec: spec.replace_attributes(code_version=versions[spec.key])) for asset in given
    ]
