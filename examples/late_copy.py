"""A strategy of your own: one file, with the role that it is for and what it would do next. It runs in a process of its own.

    marketproof play examples/late_copy.py --variant paper

`seen` is what the member can see: `seen.view` the state, `seen.past` every committed call, `seen.duties` what an honest one would do now.
"""

ROLE = "CO"


def options(seen):
    """It waits until another owner has reported, and reports the same for an instance of its own; it never trains."""
    for step, given in seen.of_others():
        if step == "UpdateTJ":
            for instance in seen.instances():
                yield step, {**given, "caller": seen.member, "instance": instance}
    yield from (duty for duty in seen.duties if duty[0] not in ("Train", "UploadResult", "UpdateTJ"))
