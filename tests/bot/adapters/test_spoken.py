"""What adapters say of their own accord follows what the person chose."""

from __future__ import annotations

import pytest

from bot.adapters.spoken import Spoken
from bot.errors import StorageError
from bot.interview.messages import Account
from tests.support.intake import FakeIntake


@pytest.fixture
def intake() -> FakeIntake:
    intake = FakeIntake()
    intake.people[Account("test", "7")] = {"style": "jondaetmal", "mode": "exam"}
    return intake


@pytest.mark.parametrize(
    ("person_id", "locale", "wording"),
    [
        (7, "ko", "ko@jondaetmal"),
        (7, "ko@jondaetmal", "ko@jondaetmal"),
        (7, "en", "en"),
        (8, "ko", "ko"),
        (8, "ko@jondaetmal", "ko"),
    ],
)
async def test_the_style_that_was_chosen_counts(
    intake: FakeIntake, person_id: int, locale: str, wording: str
) -> None:
    assert await Spoken("test", intake).to(person_id, locale) == wording


async def test_somebody_of_another_platform_is_another(intake: FakeIntake) -> None:
    assert await Spoken("another", intake).to(7, "ko") == "ko"


async def test_without_the_database_the_usual_style_is_spoken() -> None:
    class Unreadable(FakeIntake):
        async def chosen(self, account: Account) -> dict[str, str]:
            raise StorageError("gone")

    assert await Spoken("test", Unreadable()).to(7, "ko") == "ko"
