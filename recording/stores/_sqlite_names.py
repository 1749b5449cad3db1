"""Words that the schemas of the known recorders are made of: what is in no list may say something about somebody."""

from __future__ import annotations

_SQL = """
    create table virtual using if not exists integer text real blob boolean varchar numeric float json datetime timestamp bigint
    null primary key autoincrement default unique foreign references on delete update cascade set check constraint collate nocase
    index where and or is in trigger after before insert into begin end values new old when as replace ignore current time
    date rowid from select coalesce case then else false true unindexed content tokenize unicode porter remove
    diacritics fts strict without generated always stored desc asc max min strftime now julianday printf of for each row
    char varying int smallint double precision ai ad au pk fk uq ix idx
"""
_RECORDERS = """
    accessibility action active after alembic audio available avg bounds browser button bytes canonical capture centroid
    checksum chunk chunked chunks click clipboard cloud config conf count content created delta depth description device diff
    disabled display double duration dx dy element embedding embeddings enabled engine entries event events execution fields
    file filepath flac focused for fps frame frames friend full generation geometry group hallucination hallucinations height
    id identifier indexed info input installed interval is item items key language last left length lists machine mask
    mappings media memory meeting meetings metadata migrations model modifiers monitor monitoring mouse move name node num
    observation ocr offset op ordinal original output parent path performance pid pinned pipe pipes pixel pixels platform png
    power pressed processed progress properties ratio raw recording relative request role sample schema screen screenshot
    scrubbed seconds segment session sessions settings sha size snapshot source speaker speakers sqlx sqlite sec start
    started state stat stats status structural success sync synced system tag tags task textjson title tool top transcribed
    transcription transcriptions type ui ulid unsynced updated url usage user uuid value version video visible percentage
    vision vk wearable width window windows with words worker x y app application automation background battery simhash
    capture trigger is hidden document dedup hash descriptions timestamps ended transcript redacted scroll appname
    ocrtext mac win linux linked image images cache cached archived local remote kind order sort level confidence
    on_screen screenpipe openadapt timeline db migrate number total line lines page block par word at data distance rate message pkc key
    keys ms initial traversal unknown whisper columns column none auto no yes add api apis
    bit bits ctrl opt cmd shift left right middle inputs value values lookup lookups queries query fast
"""
PLAIN_WORDS = frozenset(_SQL.split()) | frozenset(_RECORDERS.replace("_", " ").split())
"""Lower case; numbers of up to three digits count as plain too."""
