"""Schemas as OpenAdapt's models and screenpipe's migrations make them."""

from __future__ import annotations

OPENADAPT = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE recording (
    id INTEGER NOT NULL, timestamp NUMERIC(10, 2), monitor_width INTEGER, monitor_height INTEGER, pixel_ratio FLOAT,
    double_click_interval_seconds NUMERIC, double_click_distance_pixels NUMERIC, platform VARCHAR,
    task_description VARCHAR,
    video_start_time NUMERIC(10, 2), config JSON, original_recording_id INTEGER, PRIMARY KEY (id),
    FOREIGN KEY(original_recording_id) REFERENCES recording (id));
CREATE TABLE action_event (
    id INTEGER NOT NULL, source_ordinal INTEGER, name VARCHAR, timestamp NUMERIC(10, 2),
    recording_timestamp NUMERIC(10, 2),
    recording_id INTEGER, screenshot_timestamp NUMERIC(10, 2), screenshot_id INTEGER,
    window_event_timestamp NUMERIC(10, 2),
    window_event_id INTEGER, browser_event_timestamp NUMERIC(10, 2), browser_event_id INTEGER, mouse_x NUMERIC,
    mouse_y NUMERIC, mouse_dx NUMERIC, mouse_dy NUMERIC, active_segment_description VARCHAR,
    available_segment_descriptions VARCHAR, mouse_button_name VARCHAR, mouse_pressed BOOLEAN, key_name VARCHAR,
    key_char VARCHAR, key_vk VARCHAR, canonical_key_name VARCHAR, canonical_key_char VARCHAR,
    canonical_key_vk VARCHAR,
    parent_id INTEGER, element_state JSON, structural_observation JSON, scrubbed_text VARCHAR,
    scrubbed_canonical_text VARCHAR, disabled BOOLEAN, PRIMARY KEY (id),
    FOREIGN KEY(recording_id) REFERENCES recording (id),
    FOREIGN KEY(screenshot_id) REFERENCES screenshot (id), FOREIGN KEY(window_event_id) REFERENCES window_event (id),
    FOREIGN KEY(browser_event_id) REFERENCES browser_event (id), FOREIGN KEY(parent_id) REFERENCES action_event (id));
CREATE TABLE window_event (
    id INTEGER NOT NULL, source_ordinal INTEGER, recording_timestamp NUMERIC(10, 2), recording_id INTEGER,
    timestamp NUMERIC(10, 2), state JSON, title VARCHAR, "left" INTEGER, top INTEGER, width INTEGER, height INTEGER,
    window_id VARCHAR, PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE TABLE browser_event (
    id INTEGER NOT NULL, recording_timestamp NUMERIC(10, 2), recording_id INTEGER, message JSON,
    timestamp NUMERIC(10, 2),
    PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE TABLE screenshot (
    id INTEGER NOT NULL, source_ordinal INTEGER, recording_timestamp NUMERIC(10, 2), recording_id INTEGER,
    timestamp NUMERIC(10, 2), png_data BLOB, png_sha256 VARCHAR, png_diff_data BLOB, png_diff_mask_data BLOB,
    PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE TABLE audio_info (
    id INTEGER NOT NULL, timestamp NUMERIC(10, 2), flac_data BLOB, transcribed_text VARCHAR, recording_timestamp
    NUMERIC(10, 2), recording_id INTEGER, sample_rate INTEGER, words_with_timestamps TEXT, PRIMARY KEY (id),
    FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE TABLE performance_stat (
    id INTEGER NOT NULL, recording_timestamp NUMERIC(10, 2), recording_id INTEGER, event_type VARCHAR,
    start_time INTEGER,
    end_time INTEGER, window_id VARCHAR, PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE TABLE memory_stat (
    id INTEGER NOT NULL, recording_timestamp INTEGER, recording_id INTEGER, memory_usage_bytes NUMERIC(10, 2),
    timestamp NUMERIC(10, 2), PRIMARY KEY (id), FOREIGN KEY(recording_id) REFERENCES recording (id));
CREATE INDEX ix_action_event_timestamp ON action_event (timestamp);
"""

SCREENPIPE = """
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
CREATE TABLE video_chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file_path TEXT NOT NULL, device_name TEXT NOT NULL
    DEFAULT '', fps REAL NOT NULL DEFAULT 0.5);
CREATE TABLE frames (
    id INTEGER PRIMARY KEY AUTOINCREMENT, video_chunk_id INTEGER NOT NULL, offset_index INTEGER NOT NULL,
    timestamp TIMESTAMP NOT NULL, name TEXT, browser_url TEXT DEFAULT NULL, app_name TEXT DEFAULT NULL,
    window_name TEXT
    DEFAULT NULL, focused BOOLEAN DEFAULT NULL, device_name TEXT NOT NULL DEFAULT '', sync_id TEXT, machine_id TEXT,
    synced_at DATETIME, FOREIGN KEY (video_chunk_id) REFERENCES video_chunks(id));
CREATE TABLE ocr_text (
    frame_id INTEGER NOT NULL, text TEXT NOT NULL, text_json TEXT, app_name TEXT NOT NULL DEFAULT '',
    ocr_engine TEXT NOT
    NULL DEFAULT 'unknown', window_name TEXT, focused BOOLEAN DEFAULT FALSE, text_length INTEGER, sync_id TEXT);
CREATE TABLE audio_chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file_path TEXT NOT NULL, timestamp TIMESTAMP);
CREATE TABLE audio_transcriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, audio_chunk_id INTEGER NOT NULL, offset_index INTEGER NOT NULL,
    timestamp TIMESTAMP NOT NULL, transcription TEXT NOT NULL, device TEXT NOT NULL DEFAULT '',
    is_input_device BOOLEAN NOT
    NULL DEFAULT TRUE, speaker_id INTEGER, transcription_engine TEXT NOT NULL DEFAULT 'Whisper', start_time REAL,
    end_time REAL, text_length INTEGER, FOREIGN KEY (audio_chunk_id) REFERENCES audio_chunks(id));
CREATE UNIQUE INDEX idx_audio_transcription_chunk_text ON audio_transcriptions(audio_chunk_id, transcription);
CREATE TABLE speakers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, metadata JSON, centroid BLOB DEFAULT NULL,
    hallucination BOOLEAN DEFAULT FALSE);
CREATE TABLE speaker_embeddings (id INTEGER PRIMARY KEY AUTOINCREMENT, embedding FLOAT[512] NOT NULL,
    speaker_id INTEGER,
    FOREIGN KEY (speaker_id) REFERENCES speakers(id));
CREATE TABLE ocr_text_embeddings (id INTEGER PRIMARY KEY AUTOINCREMENT, frame_id INTEGER NOT NULL,
    embedding BLOB NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, FOREIGN KEY (frame_id) REFERENCES frames(id) ON DELETE CASCADE);
CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_at DATETIME DEFAULT
    CURRENT_TIMESTAMP);
CREATE TABLE vision_tags (vision_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (vision_id, tag_id),
    FOREIGN KEY (vision_id) REFERENCES frames(id) ON DELETE CASCADE, FOREIGN KEY (tag_id) REFERENCES tags(id));
CREATE TABLE chunked_text_index (text_id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE);
CREATE TABLE chunked_text_entries (id INTEGER PRIMARY KEY AUTOINCREMENT, text_id INTEGER NOT NULL, frame_id INTEGER,
    audio_chunk_id INTEGER, timestamp DATETIME NOT NULL, engine TEXT NOT NULL, chunk TEXT NOT NULL,
    source TEXT NOT NULL,
    FOREIGN KEY (text_id) REFERENCES chunked_text_index(text_id));
CREATE TABLE ui_monitoring (id INTEGER PRIMARY KEY AUTOINCREMENT, text_output TEXT NOT NULL,
    timestamp DATETIME NOT NULL
    DEFAULT CURRENT_TIMESTAMP, app TEXT NOT NULL, window TEXT NOT NULL, initial_traversal_at DATETIME,
    text_length INTEGER);
CREATE TABLE accessibility (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    app_name TEXT NOT NULL,
    window_name TEXT NOT NULL, text_content TEXT NOT NULL, browser_url TEXT,
    -- Sync columns
    sync_id TEXT, machine_id TEXT, synced_at DATETIME);
CREATE TABLE ui_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, session_id TEXT,
    relative_ms INTEGER NOT NULL DEFAULT 0,
    event_type TEXT NOT NULL,  -- click, move, scroll, key, text, app_switch, window_focus, clipboard
    x INTEGER, y INTEGER, delta_x INTEGER, delta_y INTEGER, button INTEGER, click_count INTEGER, key_code INTEGER,
    modifiers INTEGER, text_content TEXT, text_length INTEGER, app_name TEXT, app_pid INTEGER, window_title TEXT,
    browser_url TEXT, element_role TEXT, element_name TEXT, element_value TEXT, element_description TEXT,
    element_automation_id TEXT,
    element_bounds TEXT,  -- JSON: {"x":0,"y":0,"width":100,"height":50}
    frame_id INTEGER, sync_id TEXT, machine_id TEXT, synced_at DATETIME);
CREATE TABLE fts_index_progress (table_name TEXT PRIMARY KEY, last_indexed_rowid INTEGER NOT NULL DEFAULT 0,
    updated_at
    DATETIME DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_frames_timestamp ON frames(timestamp);
CREATE INDEX idx_ui_events_unsynced ON ui_events(synced_at) WHERE synced_at IS NULL;
CREATE VIRTUAL TABLE ocr_text_fts USING fts5(text, app_name, window_name, frame_id UNINDEXED, tokenize='unicode61');
CREATE VIRTUAL TABLE audio_transcriptions_fts USING fts5(transcription, device, audio_chunk_id UNINDEXED,
    tokenize='unicode61');
CREATE VIRTUAL TABLE ui_monitoring_fts USING fts5(text_output, app, window, ui_id UNINDEXED, tokenize='unicode61');
CREATE VIRTUAL TABLE frames_fts USING fts5(name, browser_url, app_name, window_name, focused, id UNINDEXED,
    tokenize='unicode61');
CREATE VIRTUAL TABLE chunked_text_index_fts USING fts5(text_id UNINDEXED, text);
CREATE VIRTUAL TABLE accessibility_fts USING fts5(text_content, app_name, window_name, content='accessibility',
    content_rowid='id', tokenize='unicode61');
CREATE VIRTUAL TABLE ui_events_fts USING fts5(text_content, app_name, window_title, element_name, content='ui_events',
    content_rowid='id', tokenize='unicode61');
CREATE TRIGGER frames_ad AFTER DELETE ON frames BEGIN DELETE FROM frames_fts WHERE id = OLD.id; END;
CREATE TRIGGER ui_events_ad AFTER DELETE ON ui_events BEGIN
    INSERT INTO ui_events_fts(ui_events_fts, rowid, text_content, app_name, window_title, element_name)
    VALUES('delete', OLD.id, OLD.text_content, OLD.app_name, OLD.window_title, OLD.element_name);
END;
"""

INDEXED = """
INSERT INTO ocr_text_fts(frame_id, text, app_name, window_name)
    SELECT frame_id, text, COALESCE(app_name, ''), COALESCE(window_name, '') FROM ocr_text WHERE text != '';
INSERT INTO audio_transcriptions_fts(audio_chunk_id, transcription, device)
    SELECT audio_chunk_id, transcription, COALESCE(device, '') FROM audio_transcriptions WHERE transcription != '';
INSERT INTO ui_monitoring_fts(ui_id, text_output, app, window) SELECT id, text_output, app, window FROM ui_monitoring;
INSERT INTO frames_fts(id, name, browser_url, app_name, window_name, focused)
    SELECT id, COALESCE(name, ''), COALESCE(browser_url, ''), COALESCE(app_name, ''), COALESCE(window_name, ''),
    COALESCE(focused, 0) FROM frames;
INSERT INTO chunked_text_index_fts(text_id, text) SELECT text_id, text FROM chunked_text_index;
INSERT INTO accessibility_fts(accessibility_fts) VALUES ('rebuild');
INSERT INTO ui_events_fts(ui_events_fts) VALUES ('rebuild');
INSERT INTO fts_index_progress(table_name, last_indexed_rowid) SELECT 'frames', MAX(id) FROM frames;
INSERT INTO fts_index_progress(table_name, last_indexed_rowid) SELECT 'ocr_text', MAX(rowid) FROM ocr_text;
INSERT INTO fts_index_progress(table_name, last_indexed_rowid) SELECT 'ui_events', MAX(id) FROM ui_events;
"""
"""What the recorder's indexer does every 30 seconds."""

OPENADAPT_EVENTS = """
CREATE TABLE capture (
    id TEXT PRIMARY KEY, started_at REAL NOT NULL, ended_at REAL, platform TEXT NOT NULL,
    screen_width INTEGER NOT NULL, screen_height INTEGER NOT NULL, pixel_ratio REAL DEFAULT 1.0,
    task_description TEXT, double_click_interval_seconds REAL, double_click_distance_pixels REAL,
    video_start_time REAL, audio_start_time REAL, metadata JSON);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp REAL NOT NULL, type TEXT NOT NULL, data JSON NOT NULL,
    parent_id INTEGER, FOREIGN KEY (parent_id) REFERENCES events(id));
CREATE INDEX idx_events_timestamp ON events(timestamp);
CREATE INDEX idx_events_type ON events(type);
"""
"""What OpenAdapt's recorder makes for its event store."""
