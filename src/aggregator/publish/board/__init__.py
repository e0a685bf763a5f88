"""The board in sentences and as JSON; its pages are in `publish/site/`."""
