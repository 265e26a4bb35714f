"""The report: a published release as pages that open from disk, without a server and without the network."""

from broadsheet.report.build import Report, build

__all__ = ["Report", "build"]
