"""Plans as files for others: an Excel workbook, a GeoPackage for QGIS, GeoJSON."""
