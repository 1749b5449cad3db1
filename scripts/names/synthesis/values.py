"""Everything in a text that is no name: dates, times, amounts, numbers, handles, mail addresses."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "Monday", "Thursday", "Friday")
_DAYS_SHORT = ("mon", "tues", "wed", "thu", "fri", "sat", "sun", "Sat", "Sun", "Tue")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")
_TAGS = ("tech", "travel", "love", "news", "foodie", "mondaymotivation", "AI", "devops", "throwback", "blessed", "vote")
_USERS = [
    "admin",
    "root",
    "user",
    "ops",
    "dev",
    "deploy",
    "guest",
    "backup",
    "ubuntu",
    "www-data",
    "test",
    "svc",
    "coolcat",
]
_HANDLES = ("sunny", "gamer", "the_real", "pixel", "moon", "crazy", "foodie", "travel", "night", "lucky", "mr", "code")
_ENDS = ("owl", "girl", "boy", "fan", "life", "dude", "queen", "king", "x", "zz", "bot", "pro", "lover", "cat")
_BOXES = ("info", "sales", "support", "hello", "office", "noreply", "team", "billing", "contact", "jobs", "accounts")
_HOSTS = ("example.com", "example.org", "example.net", "mail.example", "corp.example", "shop.example", "team.test")


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1950, 2029)
    name = (*_MONTHS, "December")[month - 1]
    return rng.choice(
        (
            f"{year}-{month:02}-{day:02}",
            f"{day:02}/{month:02}/{year}",
            f"{month}/{day}/{year}",
            f"{day}.{month}.{year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{day} {name[:3]}",
            f"{name[:3]} {day}",
            f"{day}.{month}.",
            f"{name[:3].lower()} {day}",
            f"{month}/{day}",
            f"{day}-{name[:3]}-{year % 100:02}",
        )
    )


def _time(rng: random.Random) -> str:
    hour, minute = rng.randint(0, 23), rng.choice((0, 15, 30, 45, rng.randint(0, 59)))
    half, short = "am" if hour < 12 else "pm", hour % 12 or 12
    forms = (
        f"{hour:02}:{minute:02}",
        f"{short}{half}",
        f"{short}:{minute:02} {half.upper()}",
        f"{hour}:{minute:02}",
        f"{hour}h{minute:02}",
        f"{short}",
        f"{hour:02}:{minute:02}:{rng.randint(0, 59):02}",
    )
    return rng.choice(forms)


def _money(rng: random.Random) -> str:
    amount = rng.choice((rng.randint(1, 99), rng.randint(100, 99999), round(rng.uniform(1, 999), 2)))
    return rng.choice(("${}", "€{}", "£{}", "{} USD", "{} eur", "₹{}", "{}k")).format(amount)


def _id(rng: random.Random) -> str:
    number = rng.randint(100, 99999999)
    letters = rng.choice("ABKXZ") + rng.choice("LRTQ")
    return rng.choice((f"#{number}", f"{number}", f"INC{number:08}", f"{letters}-{number}", f"A{number}"))


def _phone(rng: random.Random) -> str:
    last = f"{rng.randint(0, 199):04}"
    return rng.choice(("555-{}", "+1 555 010 {}", "(555) 010-{}", "020 7946 {}", "5550{}", "x{}")).format(last)


def _user(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return rng.choice(_USERS)
    number = rng.choice(("", str(rng.randint(1, 99))))
    return f"{rng.choice(_HANDLES)}{rng.choice(('', '_', '.'))}{rng.choice(_ENDS)}{number}"


def _email(rng: random.Random) -> str:
    return f"{rng.choice(_BOXES) if rng.random() < 0.5 else _user(rng)}@{rng.choice(_HOSTS)}"


def _hex(rng: random.Random) -> str:
    return f"{rng.getrandbits(160):040x}"[: rng.choice((7, 8, 12, 40))]


FILLERS: Mapping[str, Callable[[random.Random], str]] = {
    "date": _date,
    "time": _time,
    "money": _money,
    "id": _id,
    "phone": _phone,
    "user": _user,
    "email": _email,
    "hex": _hex,
    "n": lambda rng: str(rng.randint(1, rng.choice((9, 30, 99, 999)))),
    "nn": lambda rng: str(rng.randint(10, 9999)),
    "year": lambda rng: str(rng.randint(1960, 2030)),
    "day": lambda rng: rng.choice(_DAYS if rng.random() < 0.8 else _DAYS_SHORT),
    "month": lambda rng: rng.choice((*_MONTHS, "December", "jan", "feb", "sept", "oct", "nov", "dec")),
    "tag": lambda rng: rng.choice(_TAGS),
    "ip": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "url": lambda rng: f"https://{rng.choice(_HOSTS)}/{rng.choice(_TAGS)}/{rng.randint(1, 9999)}",
}
"""What fills a slot of that name; hosts and numbers are reserved ones (RFC 2606, RFC 5737, fictional phone ranges)."""
