"""The pages of studies, a file a kind."""

from allocopt.report.study_pages.page import study_page

__all__ = ["study_page"]
