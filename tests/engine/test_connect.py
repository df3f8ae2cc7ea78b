"""Statements about few rows are written as they come, and those about many are not."""

from __future__ import annotations

import threading

import pytest

from tepat.engine.connect import few_rows, open_engine


def test_parts_of_statements_are_merged_but_for_few_rows() -> None:
    import pyarrow as pa

    con = open_engine()
    table = con.create_table("rows", pa.table({"number": [1, 2, 3]}))
    asked = table.mutate(more=table.number + 1).mutate(most=lambda rows: rows.number * 2)
    asked = asked.select("most", "more")
    with few_rows():
        apart = str(con.compile(asked))
    with pytest.raises(KeyError), few_rows():
        raise KeyError
    merged = str(con.compile(asked))
    assert apart.count("SELECT") > merged.count("SELECT") == 1
    assert con.sql(apart).to_pyarrow().equals(con.sql(merged).to_pyarrow())
    con.disconnect()


def test_a_thread_that_ends_later_leaves_the_setting_as_it_was() -> None:
    import ibis

    begun = threading.Event()

    def second() -> None:
        begun.set()
        with few_rows():
            pass

    before = ibis.options.sql.fuse_selects
    thread = threading.Thread(target=second)
    with few_rows():
        thread.start()
        begun.wait(10)
        thread.join(0.2)
        assert thread.is_alive(), "both set it at once"
    thread.join(10)
    assert ibis.options.sql.fuse_selects == before
