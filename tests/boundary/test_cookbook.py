"""Recipes of the cookbook do what their own tests say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from boundary.plan import build_plan
from boundary.policy_tests import run_tests
from policies import PolicySource, parse_policy
from policies.lint import lint

ROOT = Path(__file__).resolve().parents[2]
RECIPES = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "docs" / "cookbook.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def name(text: str) -> str:
    """Name of a policy."""
    return text.split("name: ", 1)[1].split("\n", 1)[0]


@pytest.mark.slow
@pytest.mark.parametrize("text", RECIPES, ids=name)
def test_a_recipe_passes_its_tests_and_has_no_useless_part(text):
    """Those of the shipped policy that it builds on are run by its own test."""
    policy = parse_policy((PolicySource("recipe.yaml", text),), folder=ROOT / "samples")
    assert [one.diagnostic.code for one in lint(policy) if one.level == "warning"] == []
    plan = build_plan(policy, key=b"k" * 32)
    own = [done for done in run_tests(plan) if done.mark.file == "recipe.yaml"]
    assert [(done.number, done.told) for done in own if not done.passed] == []
