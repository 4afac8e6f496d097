"""The migrations lead to the tables that the program uses, and back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.storage.database import Database, _alembic_config
from bot.storage.tables import Base

REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(_alembic_config()).walk_revisions()))
]


def _describe(connection: Connection) -> dict[str, object]:
    found = inspect(connection)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted((str(i["name"]), str(i["column_names"])) for i in found.get_indexes(name)),
            sorted(str(key) for key in found.get_foreign_keys(name)),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }


async def tables(database: Database) -> dict[str, object]:
    async with database.reading() as connection:
        return await connection.run_sync(_describe)


async def test_every_migration_runs_up_down_and_up_again(empty_database: Database) -> None:
    database = empty_database
    before = await tables(database)
    assert before == {}
    for revision in REVISIONS:
        await database.upgrade(revision)
        after = await tables(database)
        await database.downgrade("-1")
        assert await tables(database) == before
        await database.upgrade(revision)
        assert await tables(database) == after
        before = after
    await database.downgrade()
    assert await tables(database) == {}
    assert set(before) == set(Base.metadata.tables)


async def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(empty_database: Database) -> None:
    database = empty_database
    await database.upgrade()
    once = await tables(database)
    await database.upgrade()
    assert await tables(database) == once


async def test_an_upgrade_that_fails_halfway_leaves_nothing(empty_database: Database) -> None:
    database = empty_database
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE outbox (id INTEGER)"))
    with pytest.raises(Exception, match="outbox"):
        await database.upgrade()
    assert list(await tables(database)) == ["outbox"]
