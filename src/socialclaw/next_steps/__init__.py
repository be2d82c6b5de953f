"""What leads on from a failure, by its code or else by its kind: told in `details.next` and docs/errors.md."""
