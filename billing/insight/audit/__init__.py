"""The named checks that prove the books, one module per part of billing."""
