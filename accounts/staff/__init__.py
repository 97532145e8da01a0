"""Common ground of the staff's admin: read-only records, capped counts, columns, act pages."""
