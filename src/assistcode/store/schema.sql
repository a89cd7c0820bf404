-- The study file, schema 1. Three colours of rows:
--   given   what was said; frozen once read
--   made    what the machine suggests; may be deleted and rebuilt at any time
--   judged  what people wrote; append-only by trigger
-- Made rows may point anywhere; nothing except made rows points at a made row.
-- Spans are half-open, in Unicode code points of transcript.text. Times are UTC, ISO 8601.

CREATE TABLE study (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    title         TEXT NOT NULL,
    approach      TEXT NOT NULL CHECK (approach IN ('reflexive', 'codebook', 'content')),
    created_at    TEXT NOT NULL,
    lexicons      TEXT NOT NULL,             -- a line a source: five, none, a folder or a file
    seed          INTEGER NOT NULL,          -- of the one random permutation of passages
    n_unaided     INTEGER,                   -- asked for at init; NULL = the smaller of 400 and a fifth
    unaided_below INTEGER,                   -- passages with a smaller sample_key are unaided; fixed at the first precode
    is_timed      INTEGER NOT NULL DEFAULT 0,
    cache_key     BLOB NOT NULL              -- keys the text hashes of the vector cache
);

-- ---------------------------------------------------------------- given

CREATE TABLE dyad (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE transcript (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    dyad_id       INTEGER REFERENCES dyad,
    session       TEXT,
    perspective   TEXT,                      -- whose interview
    interviewer   TEXT,
    language      TEXT NOT NULL,
    text          TEXT NOT NULL,
    text_sha256   TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    imported_at   TEXT NOT NULL,
    replaced_by   INTEGER REFERENCES transcript,  -- a mended transcript came in; this row keeps the old text
    removed_at    TEXT
);
CREATE UNIQUE INDEX transcript_name ON transcript (name) WHERE replaced_by IS NULL AND removed_at IS NULL;

CREATE TABLE speaker (
    id            INTEGER PRIMARY KEY,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('client', 'therapist', 'participant', 'interviewer', 'note')),
    kind          TEXT NOT NULL CHECK (kind IN ('interview', 'video')),
    UNIQUE (transcript_id, name, kind)
);

CREATE TABLE turn (
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    n             INTEGER NOT NULL,          -- from 1; the number people see
    speaker_id    INTEGER NOT NULL REFERENCES speaker,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL CHECK (end > start),
    moment        INTEGER,                   -- the stop of the video it belongs to
    PRIMARY KEY (transcript_id, n)
) WITHOUT ROWID;

CREATE TABLE passage (
    id            INTEGER PRIMARY KEY,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    turn_n        INTEGER NOT NULL,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL CHECK (end > start),
    sample_key    INTEGER NOT NULL,          -- uniform on 0..2^63, from seed and text; its order is the permutation
    UNIQUE (transcript_id, start),
    FOREIGN KEY (transcript_id, turn_n) REFERENCES turn
);
CREATE INDEX passage_sample ON passage (sample_key);

CREATE TABLE imported_attribute (
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('dyad', 'transcript', 'speaker', 'coder')),
    subject      TEXT NOT NULL,
    name         TEXT NOT NULL,
    value        TEXT NOT NULL,
    PRIMARY KEY (subject_kind, subject, name)
) WITHOUT ROWID;

-- ---------------------------------------------------------------- made

CREATE TABLE run (
    id               INTEGER PRIMARY KEY,
    is_current       INTEGER NOT NULL DEFAULT 0,  -- set in the one transaction that ends the run
    started_at       TEXT NOT NULL,
    finished_at      TEXT,
    options          TEXT NOT NULL,          -- JSON: everything that was asked for
    versions         TEXT NOT NULL,          -- JSON: program and libraries
    model            TEXT NOT NULL,
    model_sha256     TEXT NOT NULL,
    dtype            TEXT NOT NULL,
    lexicons         TEXT NOT NULL,          -- JSON: name to sha256
    texts_sha256     TEXT NOT NULL,          -- of all text hashes, in order
    last_decision_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX run_current ON run (is_current) WHERE is_current = 1;

CREATE TABLE utterance (
    id            INTEGER PRIMARY KEY,
    run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    turn_n        INTEGER NOT NULL,
    passage_id    INTEGER NOT NULL REFERENCES passage,  -- the one that holds its first character
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL,
    codable       INTEGER NOT NULL           -- 0: a back-channel. Turns of interviewer, notes and video have none
);
CREATE INDEX utterance_run ON utterance (run_id, transcript_id, start);
CREATE INDEX utterance_passage ON utterance (passage_id);

CREATE TABLE cluster (
    run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    number   INTEGER NOT NULL,               -- from 1, largest first
    keywords TEXT NOT NULL,                  -- JSON list, best first
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;

CREATE TABLE membership (
    run_id       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    number       INTEGER NOT NULL,
    utterance_id INTEGER NOT NULL REFERENCES utterance ON DELETE CASCADE,
    strength     REAL NOT NULL,              -- 0..1
    PRIMARY KEY (run_id, number, utterance_id)
) WITHOUT ROWID;
CREATE INDEX membership_utterance ON membership (utterance_id);

CREATE TABLE suggestion (
    run_id       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    utterance_id INTEGER NOT NULL REFERENCES utterance ON DELETE CASCADE,
    theme        TEXT NOT NULL,              -- the lexicon's name
    score        REAL NOT NULL,              -- 0..1
    pole         TEXT NOT NULL CHECK (pole IN ('present', 'lacking')),
    evidence     TEXT NOT NULL,              -- JSON list
    PRIMARY KEY (run_id, utterance_id, theme)
) WITHOUT ROWID;
CREATE INDEX suggestion_utterance ON suggestion (utterance_id);

-- ---------------------------------------------------------------- judged

CREATE TABLE coder (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    added_at TEXT NOT NULL
);

CREATE TABLE action (                        -- one key press or one command; every judged row names its action
    id       INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    coder_id INTEGER REFERENCES coder,       -- NULL: setting up the study
    face     TEXT NOT NULL,                  -- terminal, page, import, api
    took_ms  INTEGER                         -- only in a timed study
);

CREATE TABLE undo (
    action_id        INTEGER PRIMARY KEY REFERENCES action,
    undone_action_id INTEGER NOT NULL UNIQUE REFERENCES action
);

CREATE TABLE code_event (                    -- the history of the codebook; its id is the codebook version
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL REFERENCES action,
    entity    TEXT NOT NULL CHECK (entity IN ('code', 'theme')),
    entity_id INTEGER NOT NULL,              -- the id of the event that created it
    kind      TEXT NOT NULL CHECK (kind IN ('create', 'rename', 'define', 'merge', 'split', 'group', 'retire')),
    payload   TEXT NOT NULL                  -- JSON
);

CREATE TABLE code_seed (                     -- people's edits of clusters: they outlive re-runs
    id            INTEGER PRIMARY KEY,
    action_id     INTEGER NOT NULL REFERENCES action,
    code_id       INTEGER NOT NULL,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL,
    quote         TEXT NOT NULL,
    is_in         INTEGER NOT NULL           -- 1 belongs, 0 does not
);

CREATE TABLE decision (
    id            INTEGER PRIMARY KEY,
    action_id     INTEGER NOT NULL REFERENCES action,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL CHECK (end > start),
    quote         TEXT NOT NULL,
    code_id       INTEGER NOT NULL,
    verdict       TEXT NOT NULL CHECK (verdict IN ('fits', 'does not fit', 'unsure')),
    pole          TEXT CHECK (pole IN ('present', 'lacking')),
    effect        TEXT CHECK (effect IN ('facilitating', 'hindering', 'both')),
    arm           TEXT NOT NULL CHECK (arm IN ('assisted', 'unaided')),
    agreed        INTEGER NOT NULL DEFAULT 0,  -- 1: belongs to the agreed set; the coder wrote it down
    shown         TEXT,                      -- JSON: what the person had seen of the machine; NULL = nothing
    suggestion    TEXT,                      -- JSON: the suggestion in force, even if hidden
    run_key       TEXT                       -- model and lexicon hashes in force
);
CREATE INDEX decision_span ON decision (transcript_id, start, end);

CREATE TABLE review (                        -- a person has finished with a span
    id               INTEGER PRIMARY KEY,
    action_id        INTEGER NOT NULL REFERENCES action,
    transcript_id    INTEGER NOT NULL REFERENCES transcript,
    start            INTEGER NOT NULL,
    end              INTEGER NOT NULL CHECK (end > start),
    quote_sha256     TEXT NOT NULL,          -- of the reviewed text: tells whether a mended transcript still has it
    scope            TEXT,                   -- JSON list of code ids; NULL = the whole codebook
    codebook_version INTEGER NOT NULL,
    arm              TEXT NOT NULL CHECK (arm IN ('assisted', 'unaided')),
    agreed           INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX review_span ON review (transcript_id, start, end);

CREATE TABLE visit (                         -- came by without judging: read it whole, put it off, looked early
    id            INTEGER PRIMARY KEY,
    action_id     INTEGER NOT NULL REFERENCES action,
    kind          TEXT NOT NULL CHECK (kind IN ('read', 'later', 'early look')),
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL
);

CREATE TABLE memo (
    id            INTEGER PRIMARY KEY,
    action_id     INTEGER NOT NULL REFERENCES action,
    kind          TEXT NOT NULL,             -- analytic, reflexive, field note ...
    subject_kind  TEXT NOT NULL CHECK (subject_kind IN ('study', 'dyad', 'transcript', 'excerpt', 'code', 'theme', 'memo')),
    subject       TEXT NOT NULL,             -- name or id; for an excerpt its EXCERPT_ID
    transcript_id INTEGER REFERENCES transcript,
    start         INTEGER,
    end           INTEGER,
    quote         TEXT,
    text          TEXT NOT NULL
);

CREATE TABLE assigned_attribute (            -- a judgement about a case: who, when, why
    id           INTEGER PRIMARY KEY,
    action_id    INTEGER NOT NULL REFERENCES action,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('dyad', 'transcript', 'speaker', 'coder')),
    subject      TEXT NOT NULL,
    name         TEXT NOT NULL,
    value        TEXT,                       -- NULL takes the assignment back
    why          TEXT
);

CREATE TABLE reanchor (                      -- where a judged span stands after its transcript was replaced
    id            INTEGER PRIMARY KEY,
    action_id     INTEGER NOT NULL REFERENCES action,
    judged_table  TEXT NOT NULL CHECK (judged_table IN ('decision', 'review', 'code_seed', 'visit', 'memo')),
    judged_id     INTEGER NOT NULL,
    transcript_id INTEGER NOT NULL REFERENCES transcript,
    start         INTEGER,                   -- NULL: its quote could not be placed
    end           INTEGER
);
CREATE INDEX reanchor_judged ON reanchor (judged_table, judged_id);

CREATE TABLE log (                           -- what was done to the study: import, set, precode, export ...
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    what    TEXT NOT NULL,
    detail  TEXT NOT NULL                    -- JSON; never a transcript's words
);

-- ---------------------------------------------------------------- what stands now

CREATE VIEW standing_action AS
SELECT action.id, action.at, action.coder_id, action.face, coder.name AS coder
  FROM action LEFT JOIN coder ON coder.id = action.coder_id
 WHERE action.id NOT IN (SELECT undone_action_id FROM undo);

CREATE VIEW placed_decision AS               -- each standing decision where it stands in the text of today
SELECT d.id, d.action_id, d.code_id, d.verdict, d.pole, d.effect, d.arm, d.agreed, d.quote, d.suggestion,
       a.coder_id, a.coder, a.at,
       CASE WHEN r.id IS NULL THEN d.transcript_id ELSE r.transcript_id END AS transcript_id,
       CASE WHEN r.id IS NULL THEN d.start ELSE r.start END AS start,
       CASE WHEN r.id IS NULL THEN d.end ELSE r.end END AS end
  FROM decision d
  JOIN standing_action a ON a.id = d.action_id
  LEFT JOIN reanchor r ON r.id = (SELECT max(id) FROM reanchor
                                   WHERE judged_table = 'decision' AND judged_id = d.id);

CREATE VIEW judgement AS                     -- the latest per excerpt, code, coder and set
SELECT * FROM (
    SELECT p.*, row_number() OVER (PARTITION BY transcript_id, start, end, code_id, coder_id, agreed
                                       ORDER BY id DESC) AS nth
      FROM placed_decision p WHERE start IS NOT NULL)
 WHERE nth = 1;

CREATE VIEW placed AS                        -- seeds, visits and memos where they stand in the text of today
SELECT s.judged_table, s.judged_id, s.action_id,
       CASE WHEN r.id IS NULL THEN s.transcript_id ELSE r.transcript_id END AS transcript_id,
       CASE WHEN r.id IS NULL THEN s.start ELSE r.start END AS start,
       CASE WHEN r.id IS NULL THEN s.end ELSE r.end END AS end
  FROM (SELECT 'code_seed' AS judged_table, id AS judged_id, action_id, transcript_id, start, end FROM code_seed
        UNION ALL SELECT 'visit', id, action_id, transcript_id, start, end FROM visit
        UNION ALL SELECT 'memo', id, action_id, transcript_id, start, end FROM memo WHERE start IS NOT NULL) s
  JOIN standing_action a ON a.id = s.action_id
  LEFT JOIN reanchor r ON r.id = (SELECT max(id) FROM reanchor
                                   WHERE judged_table = s.judged_table AND judged_id = s.judged_id);

CREATE VIEW standing_review AS               -- a mended transcript may leave several parts of a reviewed span
SELECT v.id, v.scope, v.codebook_version, v.arm, v.agreed, a.coder_id, a.coder, a.at,
       CASE WHEN r.id IS NULL THEN v.transcript_id ELSE r.transcript_id END AS transcript_id,
       CASE WHEN r.id IS NULL THEN v.start ELSE r.start END AS start,
       CASE WHEN r.id IS NULL THEN v.end ELSE r.end END AS end
  FROM review v
  JOIN standing_action a ON a.id = v.action_id
  LEFT JOIN reanchor r ON r.judged_table = 'review' AND r.judged_id = v.id
                      AND r.action_id = (SELECT max(action_id) FROM reanchor
                                          WHERE judged_table = 'review' AND judged_id = v.id);

-- ---------------------------------------------------------------- append-only
CREATE TRIGGER coder_no_update BEFORE UPDATE ON coder
BEGIN SELECT RAISE(ABORT, 'coder is append-only'); END;
CREATE TRIGGER coder_no_delete BEFORE DELETE ON coder
BEGIN SELECT RAISE(ABORT, 'coder is append-only'); END;
CREATE TRIGGER action_no_update BEFORE UPDATE ON action
BEGIN SELECT RAISE(ABORT, 'action is append-only'); END;
CREATE TRIGGER action_no_delete BEFORE DELETE ON action
BEGIN SELECT RAISE(ABORT, 'action is append-only'); END;
CREATE TRIGGER undo_no_update BEFORE UPDATE ON undo
BEGIN SELECT RAISE(ABORT, 'undo is append-only'); END;
CREATE TRIGGER undo_no_delete BEFORE DELETE ON undo
BEGIN SELECT RAISE(ABORT, 'undo is append-only'); END;
CREATE TRIGGER code_event_no_update BEFORE UPDATE ON code_event
BEGIN SELECT RAISE(ABORT, 'code_event is append-only'); END;
CREATE TRIGGER code_event_no_delete BEFORE DELETE ON code_event
BEGIN SELECT RAISE(ABORT, 'code_event is append-only'); END;
CREATE TRIGGER code_seed_no_update BEFORE UPDATE ON code_seed
BEGIN SELECT RAISE(ABORT, 'code_seed is append-only'); END;
CREATE TRIGGER code_seed_no_delete BEFORE DELETE ON code_seed
BEGIN SELECT RAISE(ABORT, 'code_seed is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER review_no_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'review is append-only'); END;
CREATE TRIGGER review_no_delete BEFORE DELETE ON review
BEGIN SELECT RAISE(ABORT, 'review is append-only'); END;
CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit
BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;
CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;
CREATE TRIGGER memo_no_update BEFORE UPDATE ON memo
BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
CREATE TRIGGER memo_no_delete BEFORE DELETE ON memo
BEGIN SELECT RAISE(ABORT, 'memo is append-only'); END;
CREATE TRIGGER assigned_attribute_no_update BEFORE UPDATE ON assigned_attribute
BEGIN SELECT RAISE(ABORT, 'assigned_attribute is append-only'); END;
CREATE TRIGGER assigned_attribute_no_delete BEFORE DELETE ON assigned_attribute
BEGIN SELECT RAISE(ABORT, 'assigned_attribute is append-only'); END;
CREATE TRIGGER reanchor_no_update BEFORE UPDATE ON reanchor
BEGIN SELECT RAISE(ABORT, 'reanchor is append-only'); END;
CREATE TRIGGER reanchor_no_delete BEFORE DELETE ON reanchor
BEGIN SELECT RAISE(ABORT, 'reanchor is append-only'); END;
CREATE TRIGGER log_no_update BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'log is append-only'); END;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'log is append-only'); END;

-- The words of a transcript never change; its place in the study may be corrected, and is logged.
CREATE TRIGGER transcript_is_frozen BEFORE UPDATE OF text, text_sha256, source_sha256 ON transcript
BEGIN SELECT RAISE(ABORT, 'a transcript is frozen'); END;
CREATE TRIGGER transcript_stays BEFORE DELETE ON transcript
BEGIN SELECT RAISE(ABORT, 'a transcript is frozen'); END;
