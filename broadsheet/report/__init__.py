"""The report: a published release as pages that open from disk, without a server and without the network."""

from broadsheet.report.build import BuiltReport, build

__all__ = ["BuiltReport", "build"]
