"""Words that the schemas of the known recorders are made of: what is in no list may say something about somebody."""

from __future__ import annotations

_SQL = """
    ad after ai always and as asc au autoincrement before begin bigint blob boolean cascade case char check coalesce
    collate constraint content create current date datetime default delete desc diacritics double each else end
    exists false fk float for foreign from fts generated idx if ignore in index insert int integer into is ix json
    julianday key max min new nocase not now null numeric of old on or pk porter precision primary printf real
    references remove replace row rowid select set smallint stored strftime strict table text then time timestamp
    tokenize trigger true unicode unindexed unique update uq using values varchar varying virtual when where without
"""
_RECORDERS = """
    accessibility action active add after alembic api apis app application appname archived at audio auto automation
    available avg background battery bit bits block bounds browser button bytes cache cached canonical capture
    centroid checksum chunk chunked chunks click clipboard cloud cmd column columns conf confidence config content
    count created ctrl data db dedup delta depth description descriptions device diff disabled display distance
    document double duration dx dy element embedding embeddings enabled ended engine entries event events execution
    fast fields file filepath flac focused for fps frame frames friend full generation geometry group hallucination
    hallucinations hash height hidden id identifier image images indexed info initial input inputs installed
    interval is item items key keys kind language last left length level line lines linked linux lists local lookup
    lookups mac machine mappings mask media meeting meetings memory message metadata middle migrate migrations model
    modifiers monitor monitoring mouse move ms name no node none num number observation ocr ocrtext offset on op
    openadapt opt order ordinal original output page par parent path percentage performance pid pinned pipe pipes
    pixel pixels pkc platform png power pressed processed progress properties queries query rate ratio raw recording
    redacted relative remote request right role sample schema screen screenpipe screenshot scroll scrubbed sec
    seconds segment session sessions settings sha shift simhash size snapshot sort source speaker speakers sqlite
    sqlx start started stat state stats status structural success sync synced system tag tags task textjson timeline
    timestamps title tool top total transcribed transcript transcription transcriptions traversal trigger type ui
    ulid unknown unsynced updated url usage user uuid value values version video visible vision vk wearable whisper
    width win window windows with word words worker x y yes
"""
PLAIN_WORDS = frozenset(_SQL.split()) | frozenset(_RECORDERS.split())
"""Lower case; numbers of up to three digits count as plain too."""
