"""The pass-through in front of localstripe: what Stripe documents and localstripe leaves out.

`objects` the shapes of requests, answers and errors · `state` what must survive a restart ·
`upstream` calls to localstripe · `idempotency` · `faults` · `webhooks` events and their delivery ·
`cards`, `methods`, `intents`, `setups`, `refunds`, `disputes` one kind of object each ·
`authentication` the 3-D Secure page · `control` what tests and drills can tell it to do.
"""
