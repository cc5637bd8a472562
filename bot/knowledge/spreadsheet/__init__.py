"""The base as a spreadsheet and back: export, see what would change, then change it."""

from __future__ import annotations

from bot.knowledge.spreadsheet.apply import apply_plan
from bot.knowledge.spreadsheet.export import export_xlsx
from bot.knowledge.spreadsheet.plan import Change, Plan, describe, plan_import

__all__ = ["Change", "Plan", "apply_plan", "describe", "export_xlsx", "plan_import"]
