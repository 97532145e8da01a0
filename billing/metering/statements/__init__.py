"""The SQL that rates a batch, one named step each; `batches` runs them in this order.

A batch lives in temporary tables of its transaction:

    arrival    what came in, one row a record, `n` the order of arrival
    usage_row  the same, resolved: subscription, price, or the reason not to rate it (`code`)
    leftover   `n` of the records that this batch did not rate

They have no indexes, so that plans once made for them stay valid from batch to batch.
"""
