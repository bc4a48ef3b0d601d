"""Hypothesis strategies for answers of every kind, and for JSON that is none."""

from hypothesis import strategies as st

from decisions.framework.answers import CRITERIA, LEANS, PRE_CHECK, THREE_VALUED, Answers, Situation

leans = st.sampled_from(LEANS)
votes = st.lists(leans, min_size=1, max_size=6)
switches = {
    key: st.sampled_from((None, False, True))
    for key in (
        "prompt_baseline_sufficient",
        "documents_drive",
        "explainability_required",
        "one_answer_this_week",
        "training_capacity_short",
        "update_owner",
        "labelled_examples",
        "clean_task_data",
        "evaluation_set_locked",
        "content_owner",
        "fast_changing_rules",
    )
}
situations = st.builds(
    Situation,
    pre_check=st.one_of(st.none(), st.just(()), st.lists(st.sampled_from(PRE_CHECK), unique=True).map(tuple)),
    **{key: st.sampled_from((None, False, True)) for key in THREE_VALUED},
    **switches,
)
full_answers = st.builds(
    Answers, leans=st.fixed_dictionaries(dict.fromkeys(CRITERIA, leans)), contested=st.just({}), situation=situations
)
any_answers = st.builds(
    Answers,
    leans=st.fixed_dictionaries({}, optional=dict.fromkeys(CRITERIA, st.one_of(st.none(), leans))),
    contested=st.dictionaries(st.sampled_from(CRITERIA), votes, max_size=2),
    situation=situations,
)
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(CRITERIA)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.text(max_size=6), st.sampled_from((*CRITERIA, "leans", "contested", "situation", "pre_check"))
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)
