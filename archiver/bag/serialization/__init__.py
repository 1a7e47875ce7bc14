"""Serialization: bags in tar and zip files, read as they lie, packed and unpacked (BagIt 0.97 4)."""
