"""The client for asyncio. The other one, `sync/`, is written from it by `make sdk`."""
