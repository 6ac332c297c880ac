"""A plan or a study as one page of HTML that opens without a network."""

from allocopt.report.making import default_file, make_report, write_report

__all__ = ["default_file", "make_report", "write_report"]
