"""The demo artwork of the marketplace: drawn as SVG from seeds, printed to WebP by headless Chromium."""
