"""The page in the browser: explore the clusters, and set a policy beside none on the same luck."""

__all__: list[str] = []
