"""Rules whose form is open to question: the tables, and what a run is told of them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from innocluster.agents.compilation import compiled
from innocluster.sim.ground.forms import RULES, FormError, Forms, form_code


def test_the_record_lists_the_rules_of_the_table():
    assert [field.name for field in fields(Forms)] == list(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_has_forms_to_choose_from(rule):
    assert len(rule.forms) >= 2
    assert sum(form.weight for form in rule.forms.values()) == pytest.approx(1.0, abs=1e-12)
    assert rule.default == max(rule.forms.values(), key=lambda form: form.weight).key
    for form in rule.forms.values():
        assert form.weight > 0.0
        assert form.label
        assert form.label_ko
        assert form.evidence.partition(":")[0] in ("sourced", "derived", "recalled", "assumption")


def test_a_form_that_is_not_named_is_the_first_one():
    forms = Forms.of({"occasions": "uniform"})
    assert (forms.occasions, forms.entry) == (1, 0)
    assert forms.names()["entry"] == "land"
    assert forms.changed() == {"occasions": "uniform"}


@pytest.mark.parametrize(
    ("rule", "form", "allowed"), [("occasion", "staff", "demand"), ("entry", "lnad", "land")]
)
def test_what_does_not_exist_is_refused(rule, form, allowed):
    with pytest.raises(FormError) as error:
        Forms.of({rule: form})
    assert error.value.key == rule
    assert error.value.value == form
    assert error.value.allowed[0] == allowed


def test_a_compiled_function_reads_the_code():
    uniform = form_code("occasions", "uniform")

    @compiled
    def is_uniform(forms):
        return forms.occasions == uniform

    assert is_uniform(Forms.of({"occasions": "uniform"}))
    assert not is_uniform(Forms())
