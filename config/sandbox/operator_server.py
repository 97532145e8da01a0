"""The sandbox mobile operator: a real HTTP server with SIMs, operations and usage.

    OPERATOR_TOKEN=… python -m config.sandbox.operator_server --port 8522 --state FILE

Every request carries `Authorization: Token <OPERATOR_TOKEN>`; bodies and answers are JSON; an
error answers `{code, detail}`. Times are ISO 8601 UTC.

    POST /sims/ {iccid, imsi?, msisdn?}   201 the SIM; 200 when it is known already
    GET  /sims/?after=<iccid>&limit=      {sims: […]}
    GET  /sims/{iccid}                    {iccid, imsi, msisdn, status, limit_bytes, session};
                                          status inactive | active | suspended | terminated,
                                          session yes | no | unknown; 404 unknown_sim
    POST /sims/{iccid}/activate           202 {id, iccid, kind, state, error}: an operation that
    POST /sims/{iccid}/suspend            runs for half a second and then changes the status;
    POST /sims/{iccid}/terminate          409 terminated. The header Idempotency-Key returns the
                                          same operation again
    PUT  /sims/{iccid}/limit {bytes}      the SIM; null takes the limit away
    GET  /operations/{id}                 the operation; state running | done | failed (error)
    GET  /usage?since=<cursor>&limit=     {records: [{id, iccid, started_at, bytes, plmn, session}],
                                          next: <cursor>, more}; without since: from the beginning.
                                          Records are in the order in which the operator learnt
                                          of them; `next` is the cursor after the last one

For tests and the demo:

    POST /_control/          {fault, count, path?, seconds?, status?}: the next `count` requests
                             (whose path matches the regular expression) `fail` with the status,
                             `timeout` (before anything is done) or `timeout_after` it, are held
                             for so many seconds, or `answer_late` after them; `answer_twice`: a
                             page of usage has each record twice; `fail_operation`: the next
                             operation ends failed
    GET  /_control/          faults in force;  POST /_control/reset forgets them
    POST /_control/usage     {records: […]} appends records as they are (an id may come again)
    POST /_control/produce   {from, to, seed?, per_sim_per_day?, median_bytes?, plmns?, iccids?}
                             appends usage that looks real, the same for the same seed and days;
                             {inserted}
    POST /_control/live      {iccids?} these SIMs use data from now on while time passes, also
                             when the sandbox clock jumps; no SIM does by itself
    POST /_control/sessions  {iccid, state} what `session` says
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aiohttp import web

from config.sandbox.operator.server import create_application


def main() -> None:
    parser = argparse.ArgumentParser(prog="operator_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="its SQLite file")
    parser.add_argument("--clock-file", type=Path, help="the sandbox clock's file")
    options = parser.parse_args()
    application = create_application(
        state=options.state, token=os.environ["OPERATOR_TOKEN"], clock_file=options.clock_file
    )
    web.run_app(application, host="127.0.0.1", port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
