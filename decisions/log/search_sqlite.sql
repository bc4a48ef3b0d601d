-- The tables and triggers of search on SQLite; a blank line ends a statement.

CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_words USING fts5(
  words, content='decisions_decisionsummary', content_rowid='decision_id',
  tokenize="unicode61 remove_diacritics 0", prefix='1 2 3');

CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_titles USING fts5(
  title_folded, content='decisions_decisionsummary', content_rowid='decision_id', tokenize='trigram');

CREATE TRIGGER IF NOT EXISTS summary_found_new AFTER INSERT ON decisions_decisionsummary BEGIN
  INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
  INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
END;

CREATE TRIGGER IF NOT EXISTS summary_found_gone AFTER DELETE ON decisions_decisionsummary BEGIN
  INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
    VALUES ('delete', old.decision_id, old.words);
  INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
    VALUES ('delete', old.decision_id, old.title_folded);
END;

CREATE TRIGGER IF NOT EXISTS summary_found_words AFTER UPDATE OF words ON decisions_decisionsummary
WHEN old.words IS NOT new.words BEGIN
  INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
    VALUES ('delete', old.decision_id, old.words);
  INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
END;

CREATE TRIGGER IF NOT EXISTS summary_found_title AFTER UPDATE OF title_folded ON decisions_decisionsummary
WHEN old.title_folded IS NOT new.title_folded BEGIN
  INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
    VALUES ('delete', old.decision_id, old.title_folded);
  INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
END;

INSERT INTO decisions_summary_words(decisions_summary_words) VALUES ('rebuild');

INSERT INTO decisions_summary_titles(decisions_summary_titles) VALUES ('rebuild');
