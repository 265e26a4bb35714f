"""Where dagster.yaml named the Dagster instance until November 2026: a file of somebody's own may still do so."""

from pipelines.dagster_patches.instance import BroadsheetInstance as Instance

__all__ = ["Instance"]
