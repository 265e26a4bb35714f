"""Files in a source folder: found, decoded, identified, landed or quarantined."""
