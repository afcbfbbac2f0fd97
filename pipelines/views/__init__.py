"""HTML pages of a workspace; their URLs are in pipelines/page_urls.py."""
