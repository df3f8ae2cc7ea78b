"""An Ibis backend for Spark that does what the embedded engine's does, so that steps need not ask.

Beyond Ibis' own: temporary tables (written to the scratch folder, so that nothing is worked out
twice and a lost worker costs little), tables of Arrow in and out without pandas, Parquet written as
plain files beside each other, and errors in words.
"""

from __future__ import annotations

import functools
import glob
import os
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.spark import dialect, failures, session

GLOB = frozenset("*?[")
ROWS_AT_ONCE = 500_000  # in one core


def open_spark(
    master: str = "local[2]",
    *,
    scratch: Path | None = None,
    memory: int = 2 << 30,
    cores: int = 0,
    partitions: int = 0,
) -> Any:
    """Open Spark as an Ibis backend; ``disconnect`` gives it up and, with the last user, stops it.

    Args:
        master: ``local[2]`` or ``spark://host:7077``.
        scratch: a folder for temporary tables, which on a cluster every machine must see; none
            means one of its own on this machine.
        memory: bytes for Java on this machine, or for each executor on a cluster.
        cores: cores of each executor on a cluster; 0 takes all of a worker.
        partitions: into how many parts joins and groups are cut; 0 chooses by the cores.

    Raises:
        TepatError: see ``session.join``.
    """
    own = scratch is None
    folder = Path(tempfile.mkdtemp(prefix="tepat-spark-")) if scratch is None else scratch
    folder.mkdir(parents=True, exist_ok=True)
    try:
        joined = session.join(session.Wanted(master, memory, cores, partitions), folder)
    except BaseException:
        if own:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    backend = _backend_class()()
    backend.begin(joined, folder, own)
    return backend


class _Tables:
    """What is done otherwise than in Ibis' backend, which comes after it in the class."""

    scratch: Path
    _session: Any
    # of Ibis
    compile: Any
    dialect: Any
    do_connect: Any
    table: Any
    _run_pre_execute_hooks: Any

    def begin(self, joined: Any, scratch: Path, own: bool) -> None:
        """Take a session and a scratch folder, which is removed at the end where it is own."""
        self.scratch, self._own = scratch, own
        self._left = False
        self.do_connect(joined)

    def disconnect(self) -> None:
        """Give the session up; scratch of its own goes with it."""
        if not self._left:
            self._left = True
            session.leave()
            if self._own:
                shutil.rmtree(self.scratch, ignore_errors=True)

    def to_pyarrow(self, expr: Any, /, **options: Any) -> Any:
        """The rows as an Arrow table, a column or a scalar."""
        from ibis.formats.pyarrow import PyArrowData

        table = expr.as_table()
        with failures.in_words():
            self._run_pre_execute_hooks(table)
            found = _as_arrow(self._session.sql(self.compile(table, **options)))
        return expr.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    def expect(self, rows: int) -> None:
        """Be told how many rows the largest table has.

        Joins and groups are cut into parts that a core can hold, at least two for each core.
        """
        cores = int(self._session.sparkContext.defaultParallelism)
        parts = max(2 * cores, rows // ROWS_AT_ONCE + 1)
        self._session.conf.set("spark.sql.shuffle.partitions", str(parts))

    def rows_of(self, sql: str) -> Any:
        """What a query of Spark gives, as an Arrow table."""
        with failures.in_words():
            return _as_arrow(self._session.sql(sql))

    def raw_sql(self, query: Any, **options: Any) -> Any:
        """Run SQL of Spark."""
        text = query if isinstance(query, str) else query.sql(dialect=self.dialect)
        with failures.in_words():
            return self._session.sql(text, **options)

    def _register_in_memory_table(self, op: Any) -> None:
        table = op.data.to_pyarrow(op.schema)
        with failures.in_words():
            self._session.createDataFrame(table).createOrReplaceTempView(op.name)

    def create_table(self, name: str, /, obj: Any = None, **options: Any) -> Any:
        """A temporary table, written to the scratch folder; there are no others."""
        return _create_table(self, name, obj, **options)

    def drop_table(self, name: str, /, *, force: bool = False, **_: Any) -> None:
        """Forget a temporary table. Its files go with the scratch folder."""
        if not self._session.catalog.dropTempView(name) and not force:
            raise TepatError("table_missing", f"There is no table {name}.", do="Create it.")

    def to_parquet(self, expr: Any, /, path: Any, **options: Any) -> None:
        """Write ``x.parquet`` as ``x-00000.parquet`` and so on, a file per part."""
        write_parts(self, expr, Path(path), str(options.get("compression", "zstd")))

    def read_parquet(self, path: Any, /, *, table_name: str | None = None, **options: Any) -> Any:
        """Open Parquet files or a folder of them; ``province=32`` in a path is a text column.

        As with the embedded engine, ``hive_partitioning=False`` ignores what paths say.
        """
        hive = options.get("hive_partitioning")
        base, files = found_files(path)
        with failures.in_words():
            reader = self._session.read
            schema = _schema_of(files[0])
            if schema is not None:  # else Spark starts a job to look at the file
                reader = reader.schema(schema)
            if hive or (hive is None and "=" in "".join(files)):
                reader = reader.option("basePath", base)
            frame = reader.parquet(*map(_exact, files))
            name = table_name or f"parquet_{uuid.uuid4().hex[:12]}"
            frame.createOrReplaceTempView(name)
            return self.table(name)

    def read_csv(self, path: Any, /, *, table_name: str | None = None, **options: Any) -> Any:
        """Read a CSV file as the embedded engine reads it, on this machine."""
        return self.read_parquet(_csv_as_parquet(self, path, options), table_name=table_name)


@functools.cache
def _backend_class() -> Any:
    from ibis.backends.pyspark import Backend

    Backend.register_options()
    return type("SparkBackend", (_Tables, Backend), {"compiler": dialect.compiler()})


def _as_arrow(frame: Any) -> Any:
    """The rows of a Spark table in their order; Spark's own toArrow leaves sockets open."""
    import pyarrow as pa
    from pyspark.errors.exceptions.captured import unwrap_spark_exception
    from pyspark.sql.pandas.serializers import ArrowCollectSerializer
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.util import local_connect_and_auth

    port, secret, server = frame._jdf.collectAsArrowToPython()
    file, connection = local_connect_and_auth(port, secret)
    connection.settimeout(None)
    try:
        with connection, file:
            *batches, order = ArrowCollectSerializer().load_stream(file)
    finally:  # what went wrong there says more than what was read of it here
        with unwrap_spark_exception():
            server.getResult()
    schema = to_arrow_schema(frame.schema)
    if not batches:
        return schema.empty_table()
    return pa.Table.from_batches([batches[place] for place in order]).cast(schema)


def _create_table(
    con: Any, name: str, obj: Any, *, temp: bool = True, overwrite: bool = False, **_: Any
) -> Any:
    import ibis

    if not overwrite and con._session.catalog.tableExists(name):
        raise TepatError("table_exists", f"There is a table {name}.", do="Give another name.")
    expr = obj if isinstance(obj, ibis.Expr) else ibis.memtable(obj)
    path = con.scratch / "tables" / f"{name}-{uuid.uuid4().hex[:12]}" / "part.parquet"
    write_parts(con, expr, path, "zstd")
    return con.read_parquet(path, table_name=name)


def write_parts(con: Any, expr: Any, path: Path, compression: str = "zstd") -> None:
    """Write a table as files ``<name>-00000.parquet`` and so on, all of them or none.

    Raises:
        TepatError: ``not_shared`` where the workers write to folders that are not here.
    """
    with failures.in_words():
        con._run_pre_execute_hooks(expr)
    write_sql(con, con.compile(expr.as_table()), path, compression)


def write_sql(con: Any, sql: str, path: Path, compression: str = "zstd") -> None:
    """Write what a query of Spark gives, as `write_parts` does."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with failures.in_words():
            frame = con._session.sql(sql)
            frame.write.parquet(f"file:{unfinished.absolute()}", compression=compression)
        made = sorted(unfinished.glob("part-*.parquet"))
        if not made:
            raise failures.not_shared(path.parent)
        for number, file in enumerate(made):
            os.replace(file, path.with_name(f"{path.stem}-{number:05}.parquet"))
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def found_files(path: Any) -> tuple[str, list[str]]:
    """The files that a path or pattern names, and the folder below which names say something.

    Raises:
        TepatError: ``file_missing``.
    """
    if isinstance(path, Sequence) and not isinstance(path, str):  # a list of paths
        parts = [found_files(each) for each in path]
        files = [file for _, found in parts for file in found]
        return os.path.commonpath([base for base, _ in parts]), files
    text = os.path.abspath(path)
    if os.path.exists(text):
        fixed, files = text, [text]
    else:
        fixed = _before_pattern(text)
        files = sorted(glob.glob(text, recursive=True)) or _in_parts(text)
    files = [file for file in files if not Path(file).name.startswith((".", "_"))]
    if not files:
        raise TepatError("file_missing", f"There is no file {path}.", do="Give another path.")
    base = fixed if Path(fixed).is_dir() else str(Path(fixed).parent)
    return base, [inner for file in files for inner in _inside(file)]


def _in_parts(text: str) -> list[str]:
    begins = glob.escape(text.removesuffix(".parquet"))
    return sorted(glob.glob(f"{begins}-[0-9][0-9][0-9][0-9][0-9].parquet"))


def parts_written(path: Path) -> list[Path]:
    """The files of a table that `write_parts` wrote under this name, in order."""
    return [Path(each) for each in _in_parts(str(path))]


def _inside(file: str) -> list[str]:
    """The Parquet files of a folder, at any depth; a file is itself."""
    if not Path(file).is_dir():
        return [file]
    return sorted(str(each) for each in Path(file).rglob("*.parquet"))


def _schema_of(file: str) -> Any:
    """The columns of a Parquet file for Spark; None where Spark must look for itself.

    Raises:
        TepatError: ``unreadable``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyspark.sql.pandas.types import from_arrow_schema

    try:
        found = pq.read_schema(file)
    except (OSError, pa.ArrowException) as error:
        raise failures.unreadable(file) from error
    kinds = [
        field.type.value_type if pa.types.is_list(field.type) else field.type for field in found
    ]
    return from_arrow_schema(found) if all(map(_same_in_spark, kinds)) else None


def _same_in_spark(kind: Any) -> bool:
    from pyarrow import types

    tests = (
        types.is_signed_integer, types.is_string, types.is_boolean, types.is_date32,
        types.is_float32, types.is_float64, types.is_decimal128,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _before_pattern(text: str) -> str:
    """The folders of a pattern that hold no pattern; ``[[]`` is a plain bracket."""
    plain: list[str] = []
    for part in Path(text).parts:
        known = part.replace("[*]", "").replace("[?]", "").replace("[[]", "")
        if GLOB & set(known):
            break
        plain.append(part.replace("[*]", "*").replace("[?]", "?").replace("[[]", "["))
    return str(Path(*plain))


def _exact(path: Any) -> str:
    """A path as Spark must be given it, where characters of patterns stand for themselves."""
    return "file:" + "".join(f"\\{each}" if each in "*?[]{}\\" else each for each in str(path))


def _csv_as_parquet(con: Any, path: Any, options: dict[str, Any]) -> Path:
    import duckdb

    target: Path = con.scratch / "tables" / f"csv-{uuid.uuid4().hex[:12]}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as raw:
        raw.read_csv(str(path), **options).write_parquet(str(target), compression="zstd")
    return target
