"""The defects that ours has too, by the names of their tests: to be emptied."""

STILL_OURS = {
    "test_a_claim_asked_for_as_essential_is_told[email]",
    "test_a_claim_asked_for_as_essential_is_told[name]",
    "test_a_sign_in_too_old_is_told_where_nothing_may_be_shown",
    "test_an_authorization_request_may_come_by_post",
    "test_an_error_joins_the_redirect_uris_own_query",
    "test_form_post_brings_the_code_by_a_form",
    "test_selecting_an_account_ends_at_the_client",
    "test_the_id_token_tells_the_acr_that_was_asked_for",
    "test_the_state_comes_back_as_it_was_with_an_error",
}
