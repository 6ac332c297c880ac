"""The browser of the pages' tests."""

from report.conftest import browser as browser
