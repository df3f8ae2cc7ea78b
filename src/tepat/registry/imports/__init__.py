"""Bringing files into the registry: upload, matching of columns, dry run, approval, undo.

What happens, in order: `actions.upload` keeps a sealed file; `jobs.look` finds its columns;
`actions.match` says which column is which; `jobs.read` reads and checks it and cuts it into shards;
`jobs.shard` compares a shard with the registry; `jobs.settle` compares what no shard can see alone;
a second person calls `actions.approve`; `jobs.apply` writes all of it in one transaction.
docs/imports.md tells it for those who use it.
"""
