"""What a static host needs: headers, robots.txt and sitemaps."""
