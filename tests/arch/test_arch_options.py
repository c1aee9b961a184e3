"""Hold that every option of a group does something, or is named here with the reason why not yet."""

from tests.arch.house import module
from tests.arch.options_obeyed import OBEYED, TOGETHER, exists
from tests.arch.options_read import every_option, reads

# An option leaves this table in the change that makes some code read it.
LATER: dict[str, str] = {}


def test_every_option_is_read_by_code_or_named_as_later() -> None:
    unread = {option for option, places in reads().items() if not places}
    assert unread == set(LATER), "make the code read it, or move it in or out of LATER"


def test_later_names_only_options() -> None:
    assert set(LATER) <= set(every_option())
    assert all(LATER.values())


def test_an_option_nobody_reads_is_found() -> None:
    reads_it = "def on(group):\n    return group.options.payments.auto_post\n"
    pays = module("quickpay.services.paying.pay", reads_it)
    found = reads((pays,))
    assert found["payments.auto_post"] == ["quickpay/services/paying/pay.py:2"]
    assert not found["payments.require_cvv"]


def test_saying_what_an_option_is_does_not_count_as_reading_it() -> None:
    rules = module("quickpay.domain.option_rules", "def f(o):\n    return o.payments.auto_post\n")
    kept = module("quickpay.adapters.store.tables.groups", "def f(o):\n    return o.payments.auto_post\n")
    nobody_asks = module("quickpay.domain.groups", "def posts(o):\n    return o.payments.auto_post\n")
    assert not reads((rules, kept, nobody_asks))["payments.auto_post"]


def test_the_ground_reads_for_whoever_asks_it() -> None:
    ground = module("quickpay.domain.groups", "def posts(o):\n    return o.payments.auto_post\n")
    above = module("quickpay.services.paying.pay", "def f(group):\n    return group.posts\n")
    assert reads((ground, above))["payments.auto_post"] == ["quickpay/domain/groups.py:2"]


def test_a_common_name_counts_only_with_its_panel() -> None:
    log = module("quickpay.services.paying.pay", "def f(log, x):\n    return log.error, x.name\n")
    found = reads((log,))
    assert not found["theme.error"]
    assert not found["branding.name"]


def test_every_option_has_the_test_that_fails_if_it_is_ignored() -> None:
    assert set(OBEYED) == set(every_option()) - set(LATER), "name its test in options_obeyed.py"


def test_the_tests_named_for_options_exist() -> None:
    named = {**OBEYED, **TOGETHER}
    assert [words for words, test in named.items() if not exists(test)] == []
    assert not exists("tests/arch/test_arch_options.py::test_that_is_not_there")
