"""Which test fails if an option is ignored; `python -m tests.arch.options_obeyed` prints the list."""

import ast

from tests.arch.house import ROOT
from tests.arch.options_read import every_option, reads

_HERE = "tests/handlers/options/test_obeyed_"
_PORTAL = "tests/handlers/test_portal_"
_COLOUR = f"{_HERE}branding.py::test_a_colour_is_in_the_stylesheet_of_the_next_page"
_FOOTER = f"{_HERE}look.py::test_the_footer_says_what_is_set_and_leaves_out_what_is_not"
_NINE = ("background", "surface", "primary", "secondary", "accent", "info", "success", "error", "warning")

OBEYED = {
    "branding.name": f"{_HERE}branding.py::test_the_name_stands_on_every_page_in_titles_and_in_messages",
    "branding.favicon_url": f"{_HERE}branding.py::test_the_favicon_is_the_groups_while_there_is_one",
    "branding.logo_url": (
        f"{_HERE}branding.py::test_the_logo_stands_for_the_name_and_in_emails_while_there_is_one"
    ),
    **{f"theme.{colour}": f"{_COLOUR}[{colour}]" for colour in _NINE},
    "theme.dark": f"{_HERE}branding.py::test_dark_is_light_text_on_the_next_page_and_in_the_card_fields",
    "branding.home_asset_url": f"{_PORTAL}pages.py::test_the_picture_for_home_stands_there_and_nowhere_else",
    "payments.credit_card": f"{_HERE}payments.py::test_cards_are_offered_and_taken_only_while_they_are_on",
    "payments.apple_pay": (
        f"{_HERE}wallets.py::test_apple_pay_is_offered_and_taken_only_while_it_is_on_and_to_apples_browsers"
    ),
    "payments.google_pay": (
        f"{_HERE}wallets.py::test_google_pay_is_offered_and_taken_only_while_it_is_on_and_to_any_browser"
    ),
    "payments.payment_method_storage": (
        f"{_HERE}stored_cards.py::test_cards_are_stored_offered_and_taken_only_while_that_is_on"
    ),
    "payments.auto_post": f"{_HERE}payments.py::test_payments_are_posted_at_once_only_while_auto_post_is_on",
    "payments.email_receipt": (
        f"{_HERE}payments.py::test_a_receipt_is_emailed_only_while_that_is_on_and_the_field_stays"
    ),
    "payments.require_cvv": (
        f"{_HERE}payments.py::test_the_security_code_is_asked_for_only_while_it_is_required"
    ),
    "look_and_feel.footer_text": f"{_FOOTER}[footer_text]",
    "look_and_feel.footer_email": f"{_FOOTER}[footer_email]",
    "look_and_feel.footer_phone": f"{_FOOTER}[footer_phone]",
    "look_and_feel.landing_page": (
        f"{_PORTAL}access.py::test_a_proof_leads_to_the_groups_landing_page_chosen_or_required"
    ),
    "look_and_feel.visits_pdf_export": (
        f"{_PORTAL}papers.py::test_visits_are_a_paper_only_while_the_group_allows_it"
    ),
    "look_and_feel.show_collections": (
        f"{_PORTAL}pages.py::test_an_option_shows_it_where_it_belongs_and_off_nowhere"
    ),
    "look_and_feel.show_insurance_pending": (
        f"{_PORTAL}pages.py::test_insurance_pending_stands_beside_every_balance_or_nowhere"
    ),
    "look_and_feel.show_procedures_in_visits": (
        f"{_PORTAL}pages.py::test_procedures_stand_in_the_words_for_patients_as_far_as_shown"
    ),
    "look_and_feel.logout_function": f"{_HERE}look.py::test_the_logout_control_is_what_the_group_chose",
    "look_and_feel.show_current_balance": (
        f"{_HERE}look.py::test_the_current_balance_is_shown_offered_and_taken_only_while_it_is_on"
    ),
    "look_and_feel.show_escrow": f"{_HERE}look.py::test_unapplied_funds_are_shown_only_while_that_is_on",
    "look_and_feel.show_statement_balance": (
        f"{_HERE}look.py::test_the_statement_balance_is_shown_only_while_that_is_on_and_is_never_payable"
    ),
    "authentication.session_extension": (
        f"{_HERE}authentication.py::test_sessions_end_after_ten_minutes_while_they_cannot_be_extended"
    ),
    "authentication.mfa_email_subject": (
        f"{_HERE}authentication.py::test_the_codes_email_has_the_groups_subject_while_it_has_one"
    ),
    "authentication.mfa_email_body": (
        f"{_HERE}authentication.py::test_the_codes_email_has_the_groups_body_while_it_has_one"
    ),
    "authentication.enable_mfa": (
        f"{_HERE}authentication.py::test_view_account_leads_to_a_challenge_only_while_mfa_is_on"
    ),
    "authentication.require_opposing_contact_methods": (
        f"{_HERE}authentication.py::"
        "test_only_the_opposing_contact_is_offered_and_taken_while_that_is_required"
    ),
    "authentication.require_mfa": (
        f"{_HERE}authentication.py::"
        "test_nothing_of_the_guarantor_is_shown_before_the_proof_while_mfa_is_required"
    ),
    "authentication.mfa_sms_message": (
        f"{_HERE}authentication.py::test_the_codes_text_has_the_groups_words_while_it_has_some"
    ),
    "authentication.mfa_success_role": (
        f"{_HERE}authentication.py::test_rule_12_a_proof_gives_the_role_the_group_says_to_the_same_session"
    ),
    "authentication.quickpay_max_access_attempts": (
        f"{_HERE}authentication.py::test_a_link_opens_as_often_as_the_group_says_now"
    ),
    "patient_permissions.contact_info_editing": (
        "tests/handlers/test_contact_pages.py::test_contacts_can_be_changed_only_while_the_group_allows_it"
    ),
    "notifications.email_from": (
        f"{_HERE}authentication.py::test_everything_emailed_comes_from_the_groups_address"
    ),
}
"""The test of each option that code reads: sets it every way over the API and looks from outside."""

TOGETHER = {
    "a required opposing proof without that contact blocks and says nothing": (
        f"{_HERE}authentication.py::"
        "test_rule_1_a_required_opposing_proof_without_the_contact_blocks_and_says_nothing"
    ),
    "no receipt by email, an address typed: paid, no mail": OBEYED["payments.email_receipt"],
    "auto-post and unapplied funds: not posted": (
        f"{_HERE}payments.py::test_with_unapplied_funds_there_nothing_is_posted_though_auto_post_is_on"
    ),
    "the current balance hidden and submitted: refused": OBEYED["look_and_feel.show_current_balance"],
    "unapplied funds hidden: on no page": (
        f"{_HERE}look.py::test_a_hidden_current_balance_is_on_no_page_at_all"
    ),
    "no logout control: time still ends the session": (
        "tests/handlers/test_no_way_around.py::test_r69_whatever_the_control_is_time_ends_the_session"
    ),
    "one use and two opens at once: one session": (
        "tests/services/test_opens.py::test_r5_two_hundred_opens_at_once_open_exactly_as_many_as_allowed"
    ),
    "nothing owed: no way to pay": (
        "tests/handlers/test_pay_pages.py::test_where_nothing_is_owed_there_is_no_form_at_all"
    ),
    "a decline: a receipt of nothing, no email, another try": (
        "tests/services/test_payment_ends.py::"
        "test_a_decline_leaves_a_receipt_of_nothing_and_everything_else_as_it_was"
    ),
    "failing mail fails no payment": (
        "tests/services/test_outbox.py::test_r93_with_mail_down_for_six_hours_a_receipt_is_sent_once_after"
    ),
    "an opt-out of texts stops notices, not codes": (
        "tests/services/test_code_sending.py::test_a_text_opt_out_stops_the_notice_and_not_the_code"
    ),
    "a proof raises the same session under a new id": OBEYED["authentication.mfa_success_role"],
    "an address for the receipt never becomes a contact": (
        "tests/services/test_payment_ends.py::test_r96_an_address_for_the_receipt_never_becomes_a_contact"
    ),
    "extension turned off ends a session that was open": (
        f"{_HERE}authentication.py::"
        "test_r124_a_session_opened_before_extension_was_turned_off_has_its_ten_minutes"
    ),
    "the current balance hidden after it was chosen: not charged": (
        f"{_HERE}look.py::test_a_current_balance_chosen_before_it_was_hidden_is_not_charged"
    ),
}
"""What options mean together, each with its test."""


def exists(node_id: str) -> bool:
    """Whether there is such a test."""
    place, _, name = node_id.partition("::")
    path = ROOT / place
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text("utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return name.partition("[")[0] in tests


if __name__ == "__main__":
    found = reads()
    for option in every_option():
        test = OBEYED.get(option, "-")
        print(f"{option}\n    read {', '.join(found[option]) or '-'}\n    held {test}")  # noqa: T201 - it is asked to
    for words, test in TOGETHER.items():
        print(f"{words}\n    held {test}")  # noqa: T201
