"""Glossary terms in pages: marked once, explained where they stand, and never a way in for markup."""

from django.template import Context, Template

from decisions.framework import guide


def show(source: str, **values) -> str:
    return Template("{% load guide_tags %}" + source).render(Context(values))


def test_a_sentence_explains_each_of_its_terms_once():
    html = show("{{ text|terms }}", text="Grounding is not grounding in RAG.")
    assert html.count("<a ") == 2
    assert 'data-term="grounding"' in html
    assert 'data-term="rag"' in html
    assert 'href="/guide/glossary/#term-grounding"' in html


def test_the_link_carries_the_explanation_that_the_glossary_gives():
    meaning = next(term.meaning for term in guide.terms() if term.slug == "hallucination")
    assert meaning in show("{{ text|terms }}", text="Hallucination")


def test_markup_in_a_sentence_stays_text():
    html = show("{{ text|terms }}", text="<b>RAG</b> & <script>alert(1)</script>")
    assert "<script" not in html
    assert html.startswith("&lt;b&gt;<a ")
