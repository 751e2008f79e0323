"""Where blocks of work are executed: this process, processes, a Dask cluster, any executor."""

__all__: list[str] = []
