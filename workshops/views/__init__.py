"""The room over HTTP: joining, the pages, and one view an act."""
