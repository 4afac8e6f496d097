"""What the benchmark runs on: turns of the shipped pack, wide packs, and full databases."""

from __future__ import annotations

import itertools
from pathlib import Path

from sqlalchemy import func, select

from bot.storage.tables import Base, InterviewRow, OutboxRow, TurnRow
from engine.loading import load_packs
from tests.benchmarks.stored import bot_with
from tests.benchmarks.turns import shipped_pack, turns
from tests.benchmarks.wide_pack import TOPIC, pack_id, write_wide_pack
from tests.support.engine_server import fake_pipeline


def test_turns_are_the_same_each_time_and_the_engine_takes_them() -> None:
    pack = shipped_pack()
    first, again = (list(itertools.islice(turns(pack), 300)) for _ in range(2))
    assert first == again
    assert len({turn.answer for turn in first}) > 200
    for turn in first[:20]:
        fake_pipeline(pack).run(turn)


def test_a_wide_pack_has_as_many_candidates_as_it_was_asked_for(tmp_path: Path) -> None:
    write_wide_pack(tmp_path, 300)
    topic = load_packs(tmp_path)[pack_id(300)].topic(TOPIC)
    assert sum(len(p.references["en"]) + len(p.wrong["en"]) for p in topic.points) == 300
    assert len(topic.next) == 3


async def test_a_full_database_is_one_to_the_bot(tmp_path: Path) -> None:
    async with bot_with(f"sqlite:///{tmp_path / 'full.db'}", 50) as bot:
        assert await bot.visited_by("guest", 2) == 3
        async with bot.database.reading() as connection:
            counted = {
                table.name: (
                    await connection.execute(select(func.count()).select_from(table))
                ).scalar_one()
                for table in Base.metadata.sorted_tables
            }
            unsent = select(func.count()).where(OutboxRow.sent_at.is_(None))
            assert (await connection.execute(unsent)).scalar_one() == 0
    assert counted[InterviewRow.__tablename__] == 51
    assert counted[TurnRow.__tablename__] >= 51
