"""B2: as B1, in batches of 1 000."""

from __future__ import annotations

from bench.figures import Figures, figures, in_turn
from bench.usage_rating import SHARDS, Rating

NAME = "B2"
TARGET = 0.35
BATCH = 1_000
BATCHES_A_SHARD = 4


def run() -> Figures:
    rating = Rating(batch=BATCH, per_round=SHARDS * BATCHES_A_SHARD * BATCH)
    rounds = in_turn(rating.fresh_records_per_second, rating.copied_records_per_second)
    return figures(rounds, unit="records/s", target=TARGET)
