"""Sixty-four calls at once on every route that moves money: no 500, no double effect, books agree.

Half of them send one and the same idempotency key, half a key of their own. Each has a thread and a
database connection of its own; the gateway is a real server.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.conf import LazySettings

from config.sandbox.testing import Stack
from tests.accounts.access.client import Api
from tests.books import faults
from tests.contract.program import new_name
from tests.contract.test_conventions import NEED_A_KEY
from tests.parallel.crowds import CROWDS, Crowd, Scene
from tests.two_sessions import at_once, failures

HALF = 32
DONE, REPLAYED = "done", "replayed"


@pytest.fixture
def scene(
    transactional_db: None, stripe_sandbox: Stack, sandbox_clock: None, settings: LazySettings
) -> Scene:
    settings.ACCOUNT_RATE_LIMITS = False
    return Scene.set_up()


def test_no_route_is_left_out() -> None:
    assert set(CROWDS) >= NEED_A_KEY


@pytest.mark.parametrize("path", sorted(CROWDS))
def test_it_happens_as_often_as_it_may(scene: Scene, path: str) -> None:
    crowd = CROWDS[path](scene)
    before = crowd.effect()
    shared = new_name("key")
    keys = [key for _ in range(HALF) for key in (shared, new_name("key"))]
    outcomes = _call(scene, crowd, keys)
    of_one_key = Counter(outcomes[::2])
    assert of_one_key[DONE] <= 1, of_one_key
    done = outcomes.count(DONE)
    assert done >= 1, Counter(outcomes)
    assert crowd.effect() - before == min(done, crowd.most) * crowd.step, Counter(outcomes)
    after = crowd.effect()
    again = _call(scene, crowd, [keys[outcomes.index(DONE)]])
    assert (again, crowd.effect()) == ([REPLAYED], after)
    assert faults() == []


def _call(scene: Scene, crowd: Crowd, keys: list[str]) -> list[str]:
    """How each call came out: done, replayed, or the code of its refusal."""

    def one(key: str) -> str:
        answer = Api(scene.staff.secret).send(crowd.route, crowd.body, key=key)
        if answer.status_code in (200, 201):
            replayed = answer.headers.get("Idempotent-Replayed") == "true"
            return REPLAYED if replayed else DONE
        assert 400 <= answer.status_code < 500, answer.content
        return str(answer.json()["errors"][0]["code"])

    outcomes = at_once(*[lambda key=key: one(key) for key in keys])
    assert failures(outcomes) == []
    return [str(outcome) for outcome in outcomes]
