"""The database still refuses what it must refuse."""

from __future__ import annotations

import pgtrigger

from billing.insight.audit.checks import Check, Parameters

# Triggers of migrations in plain SQL, beside those that the models declare.
OF_MIGRATIONS = {"ledger_check_new_legs": "ledger_leg"}


def expected_triggers() -> Parameters:
    """Every trigger that the models and migrations declare, with its table."""
    declared = {
        trigger.get_pgid(model): model._meta.db_table for model, trigger in pgtrigger.registered()
    }
    expected = declared | OF_MIGRATIONS
    return {"triggers": list(expected), "tables": list(expected.values())}


GUARDS_ARE_IN_FORCE = Check(
    name="guards_are_in_force",
    proves="Every trigger that guards a table is there and enabled.",
    sql="""
        SELECT 'trigger ' || g.name || ' on ' || g.tab AS subject,
               CASE WHEN t.oid IS NULL THEN 'is missing'
                    WHEN t.tgenabled NOT IN ('O', 'A') THEN 'is switched off' END AS fault
        FROM unnest(%(triggers)s::text[], %(tables)s::text[]) AS g(name, tab)
        LEFT JOIN pg_trigger t
          ON t.tgname = g.name AND t.tgrelid = to_regclass(quote_ident(g.tab))
    """,
    parameters=expected_triggers,
)

CHECKS = (GUARDS_ARE_IN_FORCE,)
