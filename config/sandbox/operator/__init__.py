"""The sandbox mobile operator: `network` its SIMs, operations and usage records · `production`
usage that looks real · `server` the protocol over HTTP, with faults.
"""
