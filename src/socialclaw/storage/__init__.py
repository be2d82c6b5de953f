"""Storage: where files are kept. One small protocol (`base`), a folder (`folder`) and any S3-compatible service (`s3`) that keep it."""
