"""archiver: a source document in, a verified archival package (BagIt, PDF/A) out."""

__version__ = "0.1.0"
