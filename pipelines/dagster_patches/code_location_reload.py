"""The code location loaded again from within it, which is when partitions get their beginning.

Changes: nothing in Dagster; it calls `reload_code` on the client of the code server that evaluates a sensor. No private
module is imported; the origin's `create_client` is private all the same.

Why: daily partitions begin with the first landing date that was found, since every day before it costs Dagster time
(6,200 days a table: 17 s a plan). Where a file of an earlier day comes, the beginning has to move.

Upstream: https://github.com/dagster-io/dagster/issues/12581 (reload from the UI; closed, and that is what is called
here); no issue was found that asks for it from a sensor.

Without it: the sensor says that somebody has to press Reload.
"""

import threading

import dagster as dg

_THREAD, _RELOAD_S = "reload of the code location", 600


def reload_code_location(context: dg.SensorEvaluationContext) -> bool:
    """Have the code location loaded again; whether that has begun, since only a code server can be asked."""
    origin = context.code_location_origin
    if origin is None or not hasattr(origin, "create_client"):
        return False
    if not any(thread.name == _THREAD for thread in threading.enumerate()):
        client = origin.create_client()
        # In a thread: the server answers when it has loaded everything, and this look need not wait for it.
        threading.Thread(target=client.reload_code, args=(_RELOAD_S,), name=_THREAD, daemon=True).start()
    return True
