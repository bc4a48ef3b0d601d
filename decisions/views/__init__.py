"""Pages: one module an area. They translate HTTP and nothing more."""
