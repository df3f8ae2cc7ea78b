"""The second engine: the same expressions on Spark, on this machine or on a cluster.

`open_spark` gives an Ibis backend that takes what the embedded engine takes: temporary tables,
Parquet folders with a file per part, tables of Arrow. See docs/cluster.md.
"""

from tepat.engine.spark.backend import open_spark

__all__ = ["open_spark"]
