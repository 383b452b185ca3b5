"""Which tests show that a mechanism works: by row, parted by blanks. The page of kinds names them."""

from __future__ import annotations

_ROWS = """
R01
    test_two_townships_become_one_alliance_from_one_file_and_show_the_same_members

R03
    test_a_joint_body_its_officers_and_their_terms_are_listed

R04
    test_a_case_given_to_the_joint_committee_is_printed_under_its_name

R05
    test_a_number_changed_here_is_read_there_and_only_its_own_township_changes_it

R09
    test_rounds_that_both_report_and_confirm_count_once_each

R10
    test_person_times_add_up_by_quarter_and_a_doubted_round_is_shown

R11
    test_publicity_and_visits_stand_in_the_figures_of_quarter_and_year

R13
    test_a_festival_by_the_moon_lands_on_its_solar_day

R14
    test_agenda_items_tasks_hazards_and_difficult_items_are_found_by_their_topic

R15
    test_a_node_in_two_alliances_carries_nothing_from_one_to_the_other

R16
    test_public_health_is_about_a_thing_and_nobody

R17
    test_figures_carry_their_day_and_their_source

R19
    test_everybody_sees_the_same_rota_and_one_accepts
    test_a_swap_is_asked_for_and_agreed_to
    test_two_swaps_agreed_at_once_are_a_conflict_until_one_is_withdrawn

R20
    test_a_difficult_item_is_solved_when_whoever_raised_it_says_so

R22
    test_sub_categories_add_up_to_their_category

R23
    test_a_warning_nobody_answered_in_time_is_marked_on_both_sides_beside_the_duty_phones

R28
    test_a_grade_needs_its_reason_and_stands_on_the_case

R29
    test_consultations_between_townships_stand_in_no_paper_of_the_parties

R30
    test_a_case_given_to_the_joint_committee_is_printed_under_its_name

R32
    test_the_nearest_team_goes_first_whichever_township_it_belongs_to
    test_two_who_moved_at_once_are_both_shown

R33
    test_an_anti_drug_patrol_holds_a_police_reference_and_no_suspect

R35
    test_jobs_are_notices_and_counts_and_no_workers

R36
    test_publicity_and_visits_stand_in_the_figures_of_quarter_and_year

R38
    test_what_a_township_wrote_stays_with_its_name_when_bodies_and_townships_end

R39
    test_a_hand_over_is_not_signed_while_items_are_open_without_a_reason
    test_a_hand_over_says_what_is_left_and_counts_funds_as_totals

R43
    test_programmes_and_pairs_list_organisations_only

R44
    test_issues_of_a_project_lead_to_the_cases_they_caused

R47
    test_a_matter_at_any_window_is_accepted_once_and_seen_at_all

R48
    test_access_to_a_case_ends_with_its_task_force

R49
    test_a_referral_has_a_state_on_both_ends
    test_the_days_for_a_court_to_confirm_are_counted

R53
    test_a_festival_by_the_moon_lands_on_its_solar_day

R57
    test_what_villagers_proposed_is_tallied_and_published_without_names

R58
    test_a_referral_has_a_state_on_both_ends
    test_the_days_for_a_court_to_confirm_are_counted

R60
    test_every_role_is_selected_in_either_language
    test_what_townships_call_the_roles_is_among_them

R61
    test_village_rules_are_found_by_their_words_and_keep_their_versions

R62
    test_volunteer_service_is_counts_by_place_and_nobody_who_was_helped

R63
    test_a_joint_body_its_officers_and_their_terms_are_listed

R64
    test_figures_carry_their_day_and_their_source

R65
    test_there_is_no_place_for_it
    test_no_field_and_no_value_is_called_so
    test_tags_take_declared_codes_and_no_words
    test_a_sheet_with_such_a_column_is_refused_whole

R67
    test_a_post_that_changes_hands_keeps_who_held_it_and_when

R68
    test_a_mobilisation_is_attended_by_posts_and_counts

R69
    test_every_role_is_selected_in_either_language
    test_what_townships_call_the_roles_is_among_them

R71
    test_what_rounds_look_for_falls_under_an_official_category
    test_gaps_in_relief_and_hospital_care_have_a_place_of_their_own

R73
    test_answers_are_counted_each_by_itself

R75
    test_rows_of_an_outside_app_come_in_without_the_people_in_them

R76
    test_overdue_rounds_and_offered_mediation_are_told

R77
    test_the_closing_sheet_of_a_case_that_failed_prints_what_the_parties_may_do
    test_the_closing_report_names_every_other_way

R78
    test_there_is_no_place_for_it
    test_no_field_and_no_value_is_called_so
    test_no_kind_takes_such_a_column_or_such_a_field
"""

SHOWN: dict[str, str] = {
    row.split()[0]: " ".join(row.split()[1:]) for row in _ROWS.strip().split("\n\n")
}
