"""The rules of chengbei, changed so that steps, levels and notices are gone."""

CHANGED = """
name = "chengbei"
title = "城北社区：改过的流程"
extends = "chengbei"

levels = [
  { code = "B", remove = true },
  { code = "C", remove = true },
]

[visits]
levels = ["A"]
reopens = "work"

[notices]
meeting = { remove = true }
progress = { remove = true }
planned = { remove = true }

[proposals]
normal = "A"
planning = "A"

[[steps]]
code = "handle"
remove = true

[[steps]]
code = "triage"

[[steps.actions]]
code = "assign"
next = "work"

[[steps]]
code = "work"
name = "办理"

[[steps.actions]]
code = "done"
name = "办好了"
roles = ["handler", "coordinator"]
next = "feedback"
status = "done"

[[steps]]
code = "feedback"

[[steps.actions]]
code = "return_to_handling"
next = "work"
"""
